"""The named endpoints for programs, with their arguments, their limits and the files that are uploaded to them."""
