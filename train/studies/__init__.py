"""Questions that take several trainings to answer."""
