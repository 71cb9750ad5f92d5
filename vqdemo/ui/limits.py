"""How much one visitor may ask of the server: every limit of the page and of the API, in one place."""

MAX_GRIDS = 64  # alternatives or samples in one API call
MAX_PAGE_ALTERNATIVES = 16  # alternatives in one press of "Complete"
MAX_UPLOAD_BYTES = 10 * 2**20  # a phone's photograph is 2 to 6 MB
MAX_UPLOAD_PIXELS = 40_000_000  # checked from the header, before a single pixel is decoded
MAX_SEED = 2**31 - 1
MAX_GUIDANCE = 5.0  # far beyond this the logits are all that speaks, and nothing new appears
MAX_TEMPERATURE = 5.0
