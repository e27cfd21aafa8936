"""What people, their devices and their platforms do on a running stack."""
