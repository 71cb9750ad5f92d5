"""How much one visitor may ask of the server: every limit of the page and of the API, in one place."""

MAX_GRIDS = 64  # alternatives or samples in one API call
MAX_PAGE_ALTERNATIVES = 16  # alternatives in one press of "Complete"
MAX_SAMPLE_ROW = 16  # digits in one row of the sample view
MAX_DECODED = 64  # grids in one request for pictures: as many as there are codes to try in a cell
MAX_IMPORT_BYTES = 100_000  # a file of codes has less than 1,000
MAX_UPLOAD_BYTES = 10 * 2**20  # a phone's photograph is 2 to 6 MB
MAX_UPLOAD_PIXELS = 40_000_000  # checked from the header, before a single pixel is decoded
MAX_PICTURES_AT_ONCE = 2  # that are decoded; others wait
MAX_BODY_BYTES = 14 * 2**20  # of any request: a picture of that size in base64
MAX_DISCARDED_BYTES = 100 * 2**20  # of a body that is too large, read so that its sender hears why; then the line is cut
MAX_LIVE_REQUESTS = 64  # of the page at once; more are told that the server is busy
MAX_SHARED_ROWS = 64  # pictures or grids in one pass that visitors share
MAX_THREADS = 2  # that complete, sample and so on for the page, and as many for the API
MAX_WAITING = 8  # such requests of the page at once, which is a second of work; more are told that the server is busy
MAX_SESSIONS = 500  # of which Gradio keeps its own notes, 60 kB each; none of what is drawn
MAX_QUEUE = 16  # calls of the API that wait; more are refused
LINGER_SECONDS = 0.25  # after SIGTERM, for those who have just called and come back for the answer
GRACE_SECONDS = 3.8  # after SIGTERM, in which requests are finished
CUT_SECONDS = 0.5  # after that, for the last answers to be sent; what is still open then is told so
EXIT_SECONDS = 4.8  # after SIGTERM, when the process ends whatever happens
MAX_SEED = 2**31 - 1
MAX_GUIDANCE = 5.0  # far beyond this the logits are all that speaks, and nothing new appears
MAX_TEMPERATURE = 5.0
