"""The named endpoints for programs, with their arguments, limits and uploaded files."""
