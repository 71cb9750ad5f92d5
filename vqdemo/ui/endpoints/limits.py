"""How much one visitor may ask for. How much the process does at once is in serving/limits.py."""

MAX_GRIDS = 64  # completions or samples in one call of an endpoint
MAX_PAGE_ALTERNATIVES = 16  # alternatives in one press of "Complete"
MAX_SAMPLE_ROW = 16  # digits in one row of the sample view
MAX_DECODED = 64  # grids in one request for pictures: as many as there are codes to try in a cell
MAX_IMPORT_BYTES = 100_000  # a file of codes has less than 1,000
MAX_UPLOAD_BYTES = 10 * 2**20  # a phone's photograph is 2 to 6 MB
MAX_UPLOAD_PIXELS = 40_000_000  # checked from the header, before a single pixel is decoded
MAX_PICTURES_AT_ONCE = 2  # that are decoded; others wait
MAX_SEED = 2**31 - 1
MAX_GUIDANCE = 5.0  # far beyond this the logits are all that speaks, and nothing new appears
MAX_TEMPERATURE = 5.0
