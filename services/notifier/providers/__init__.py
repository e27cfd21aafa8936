"""Those who carry messages: one file each, all behind the same protocol."""
