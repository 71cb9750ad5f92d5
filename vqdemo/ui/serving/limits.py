"""How much the process does at once, keeps and reads, and how long it takes to end."""

MAX_BODY_BYTES = 14 * 2**20  # of any request: the largest picture (endpoints/limits.py) in base64
MAX_DISCARDED_BYTES = 100 * 2**20  # of a body that is too large, read so that its sender hears why
MAX_THREADS = 2  # that compute for the API
MAX_SESSIONS = 500  # of which Gradio keeps its own notes, 60 kB each; none of what is drawn
MAX_QUEUE = 16  # calls of the API that wait; more are refused
QUEUE_POLL_SECONDS = 0.1  # between two looks at the queue: what a call may wait though nothing runs
END_POLL_SECONDS = 0.5  # between two looks whether to end
LINGER_SECONDS = 0.25  # after SIGTERM, for those who have just called and come back for the answer
GRACE_SECONDS = 3.4  # after SIGTERM, in which requests are finished
CUT_SECONDS = 0.5  # after that, for the last answers to be sent; what is still open then is told so
EXIT_SECONDS = 4.8  # after SIGTERM, when the process ends whatever happens
