"""Ways to look at many pages: a copy on a bench, frames of a gallery, pictures."""
