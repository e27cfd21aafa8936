"""`make smoke`: what a person does on a computer and a phone, against a running stack."""
