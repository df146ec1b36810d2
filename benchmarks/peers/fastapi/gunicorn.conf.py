"""How gunicorn runs the peer. Creates the tables before there are workers, and says where it listens."""

import os
import sqlite3
from pathlib import Path

bind = "127.0.0.1:0"
worker_class = "uvicorn.workers.UvicornWorker"
# Connections stay open between two rounds of the driver.
keepalive = 600
loglevel = "warning"


def on_starting(server):
    with sqlite3.connect(os.environ["PEER_DATABASE"]) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(Path("../schema.sql").read_text())
    database.close()


def post_fork(server, worker):
    os.environ["PEER_WORKER"] = str(worker.age)


def when_ready(server):
    print("Peer serves http://127.0.0.1:%d" % server.LISTENERS[0].sock.getsockname()[1], flush=True)
