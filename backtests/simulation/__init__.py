"""What fills at an open and what is worth what at a close; no file, no clock."""
