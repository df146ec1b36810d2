"""Personas and users behind Mien's API, as one would write them with FastAPI and SQLAlchemy.

Takes two environment variables: PEER_DATABASE, the file, and PEER_FAULT. Where that is `yes`, an update leaves out
`expire_all()`: the fault that Mien began with.
"""

import datetime
import json
import os
import secrets
import threading
import time
from contextlib import contextmanager
from typing import Any, Dict, List, Optional, Union

from fastapi import FastAPI, Header, Query, Response
from pydantic import BaseModel, Extra, Field, ValidationError
from sqlalchemy import JSON, Boolean, Column, Integer, String, Text, create_engine, event, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import declarative_base, sessionmaker
from sqlalchemy.pool import QueuePool

FAULT = os.environ.get("PEER_FAULT") == "yes"
WORKER = os.environ.get("PEER_WORKER", "1")

# The database


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


engine = create_engine(
    "sqlite:///" + os.environ["PEER_DATABASE"],
    json_serializer=compact,
    connect_args={"isolation_level": None, "timeout": 5.0, "check_same_thread": False},
    poolclass=QueuePool,
    pool_size=40,  # As many as FastAPI has threads.
    future=True,
)


@event.listens_for(engine, "connect")
def configure(connection, _):
    """The driver begins no transactions by itself (isolation_level above); `begin` does."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute("PRAGMA " + pragma)


@event.listens_for(engine, "begin")
def begin(connection):
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


Base = declarative_base()
# Objects stay usable, and fast, after a commit.
Session = sessionmaker(engine, expire_on_commit=False, future=True)
WRITER = threading.Lock()


@contextmanager
def writing():
    """A session whose first transaction has the write lock before it reads, so nobody writes in between.

    The threads of a worker queue for it here, since SQLite lets those who wait sleep, and forgets who came first.
    """
    with WRITER, Session() as session:
        session.connection(execution_options={"begin": "BEGIN IMMEDIATE"})
        yield session


class Document:
    """The columns that both tables have."""

    id = Column(String, primary_key=True)
    is_active = Column(Boolean(create_constraint=False), nullable=False)
    version = Column(Integer, nullable=False)
    created_at = Column(String, nullable=False)
    updated_at = Column(String, nullable=False)


class Persona(Document, Base):
    __tablename__ = "personas"
    name = Column(Text)
    appearance = Column(Text)
    personality = Column(Text)
    content_themes = Column(JSON)
    style_preferences = Column(JSON)
    system_prompt = Column(Text)
    scenario = Column(Text)
    greeting = Column(Text)
    alternate_greetings = Column(JSON)
    example_dialogue = Column(Text)
    post_history_instructions = Column(Text)
    lorebook = Column(JSON(none_as_null=True))
    tags = Column(JSON)
    creator_notes = Column(Text)
    attributes = Column(JSON)
    owner_id = Column(String)


class User(Document, Base):
    __tablename__ = "users"
    username = Column(String)
    email = Column(String)
    display_name = Column(Text)
    profile_picture_url = Column(Text)
    bio = Column(Text)
    preferences = Column(JSON)


# What clients send

LONG = Field("", max_length=1_000_000)
TEXTS = Field([], max_items=1_000)


class Draft(BaseModel):
    class Config:
        extra = Extra.forbid

    is_active: bool = True


class PersonaDraft(Draft):
    name: str = Field(..., max_length=200, regex=r"\S")
    appearance: str = LONG
    personality: str = LONG
    content_themes: List[str] = TEXTS
    style_preferences: Dict[str, Any] = {}
    system_prompt: str = LONG
    scenario: str = LONG
    greeting: str = LONG
    alternate_greetings: List[str] = TEXTS
    example_dialogue: str = LONG
    post_history_instructions: str = LONG
    lorebook: Optional[Dict[str, Any]] = None
    tags: List[str] = TEXTS
    creator_notes: str = LONG
    attributes: Dict[str, Any] = {}
    owner_id: Optional[str] = None


class UserDraft(Draft):
    username: str = Field(..., regex="^[a-z0-9_]{3,50}$")
    email: Optional[str] = Field(None, max_length=254, regex="^[^@ ]+@[^@ ]+$")
    display_name: str = Field("", max_length=200)
    profile_picture_url: Optional[str] = Field(None, max_length=2_000, regex="^https?://")
    bio: str = LONG
    preferences: Dict[str, Any] = {}


def merge(target: dict, patch: dict) -> dict:
    """A JSON merge patch (RFC 7396)."""
    merged = dict(target)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            present = merged.get(name)
            merged[name] = merge(present if isinstance(present, dict) else {}, value)
        else:
            merged[name] = value
    return merged


# The services


class NotFound(Exception):
    pass


class Conflict(Exception):
    def __init__(self, current_version: int):
        self.current_version = current_version


def now() -> str:
    return datetime.datetime.utcnow().isoformat(timespec="milliseconds") + "Z"


def uuid7() -> str:
    """Begins with the time, so newer documents come last by id."""
    number = time.time_ns() // 1_000_000 << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def names(condition: Optional[str], document) -> bool:
    return condition is not None and any(
        tag.strip() in ("*", tag_of(document)) for tag in condition.split(",")
    )


def tag_of(document) -> str:
    return f'"{document.version}"'


class Service:
    """The rules of one collection. An instance lives as long as its session, which is as long as a request."""

    def __init__(self, session, table, draft):
        self.session = session
        self.table = table
        self.draft = draft

    def get(self, id: str):
        found = self.session.execute(select(self.table).where(self.table.id == id)).scalar_one_or_none()
        if found is None:
            raise NotFound()
        return found

    def create(self, drafts: List[dict]) -> list:
        moment = now()
        created = [
            self.table(id=uuid7(), version=1, created_at=moment, updated_at=moment, **self.valid(draft))
            for draft in drafts
        ]
        self.session.add_all(created)
        self.session.commit()
        return created

    def patch(self, id: str, condition: Optional[str], patch: dict):
        current = self.current(id, condition)
        return self.update(current, self.valid(merge(members(current, self.draft), patch)))

    def put(self, id: str, condition: str, whole: dict):
        current = self.current(id, condition)
        return self.update(current, self.valid(whole))

    def delete(self, id: str, condition: Optional[str]):
        return self.update(self.current(id, condition), {"is_active": False})

    def current(self, id: str, condition: Optional[str]):
        document = self.get(id)
        if condition is not None and not names(condition, document):
            raise Conflict(document.version)
        return document

    def update(self, current, values: dict):
        """Writes what differs, with Core's update(), of which the session's objects learn nothing."""
        changed = {name: value for name, value in values.items() if getattr(current, name) != value}
        if not changed:
            return current
        rows = self.table.__table__
        self.session.execute(
            update(rows)
            .where(rows.c.id == current.id)
            .values(version=rows.c.version + 1, updated_at=now(), **changed)
        )
        self.session.commit()
        if not FAULT:
            self.session.expire_all()
        return self.get(current.id)

    def page(self, cursor: Optional[str], tag: Optional[str], limit: int) -> list:
        query = select(self.table).order_by(self.table.id.desc()).limit(limit)
        if cursor is not None:
            query = query.where(self.table.id < cursor)
        if tag is not None:
            query = query.where(text("exists (select 1 from json_each(tags) t where t.value = :tag)")).params(tag=tag)
        return self.session.execute(query).scalars().all()

    def by_username(self, username: str):
        found = self.session.execute(select(User).where(User.username == username.lower())).scalar_one_or_none()
        if found is None:
            raise NotFound()
        return found

    def valid(self, draft: dict) -> dict:
        """All members. One that is given as null gets its default."""
        return self.draft(**{name: value for name, value in draft.items() if value is not None}).dict()


def members(document, draft) -> dict:
    return {name: getattr(document, name) for name in draft.__fields__}


# HTTP

app = FastAPI()
KEPT = ("version", "created_at", "updated_at")


def shown(document, draft) -> dict:
    return {"id": document.id, **members(document, draft), **{name: getattr(document, name) for name in KEPT}}


def answer(status: int, content: Any, **headers: str) -> Response:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers["Mien-Worker"] = WORKER
    return Response(compact(content), status, headers, "application/json")


def empty(status: int, document) -> Response:
    """Where there is no body to say it, a header names the version."""
    headers = {"Mien-Worker": WORKER, "Mien-Version": str(document.version), "ETag": tag_of(document)}
    return Response(None, status, headers)


@app.exception_handler(NotFound)
def not_found(_, e: NotFound):
    return answer(404, {"status": 404})


@app.exception_handler(Conflict)
def conflict(_, e: Conflict):
    return answer(412, {"status": 412, "currentVersion": e.current_version})


@app.exception_handler(ValidationError)
def invalid(_, e: ValidationError):
    return answer(422, {"status": 422, "errors": json.loads(e.json())})


@app.exception_handler(IntegrityError)
def taken(_, e: IntegrityError):
    return answer(409, {"status": 409, "detail": "Taken already, or no such owner."})


@app.get("/livez")
async def alive():
    return answer(200, {"status": "alive"})


@app.get("/readyz")
def ready():
    with Session() as session:
        session.execute(select(User.id).limit(1))
    return answer(200, {"status": "ready"})


@app.get("/api/v1/users/by-username/{username}")
def get_by_username(username: str):
    with Session() as session:
        user = Service(session, User, UserDraft).by_username(username)
        return answer(200, shown(user, UserDraft), ETag=tag_of(user))


def serve(collection: str, table, draft):
    path = "/api/v1/" + collection

    def one(status: int, document) -> Response:
        return answer(status, shown(document, draft), ETag=tag_of(document))

    @app.post(path)
    def create(body: Union[List[dict], dict]):
        drafts = body if isinstance(body, list) else [body]
        with writing() as session:
            created = Service(session, table, draft).create(drafts)
        if isinstance(body, list):
            return answer(201, [shown(document, draft) for document in created])
        return one(201, created[0])

    @app.get(path)
    def page(limit: int = Query(50, ge=1, le=500), cursor: Optional[str] = None, tag: Optional[str] = None):
        with Session() as session:
            found = Service(session, table, draft).page(cursor, tag, limit + 1)
        items = found[:limit]
        cursor = items[-1].id if len(found) > limit else None
        return answer(200, {"items": [shown(item, draft) for item in items], "next_cursor": cursor})

    @app.get(path + "/{id}")
    def get(id: str, if_none_match: Optional[str] = Header(None)):
        with Session() as session:
            document = Service(session, table, draft).get(id)
        return empty(304, document) if names(if_none_match, document) else one(200, document)

    @app.patch(path + "/{id}")
    def patch(id: str, body: dict, if_match: Optional[str] = Header(None)):
        with writing() as session:
            return one(200, Service(session, table, draft).patch(id, if_match, body))

    @app.put(path + "/{id}")
    def put(id: str, body: dict, if_match: str = Header(...)):
        with writing() as session:
            return one(200, Service(session, table, draft).put(id, if_match, body))

    @app.delete(path + "/{id}")
    def delete(id: str, if_match: Optional[str] = Header(None)):
        with writing() as session:
            return empty(204, Service(session, table, draft).delete(id, if_match))


serve("personas", Persona, PersonaDraft)
serve("users", User, UserDraft)
