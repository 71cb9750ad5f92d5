"""Where Chromium is, and how the tests start it."""

DEBIAN_CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",  # tests often run as root, where Chromium has no sandbox to offer
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
