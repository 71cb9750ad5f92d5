"""Every sentence that the page shows: a module for each language. English is the source."""
