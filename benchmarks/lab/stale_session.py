#!/usr/bin/env python3
"""Tries every claim that docs/stale-session.md makes about SQLAlchemy, and stops at the first that does not hold.

Needs SQLAlchemy 2 and aiosqlite:  pip install 'sqlalchemy[asyncio]>=2' aiosqlite
"""
import asyncio
import tempfile
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, StatementError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.orm.exc import DetachedInstanceError, ObjectDeletedError

FOLDER = tempfile.TemporaryDirectory()
FILE = Path(FOLDER.name) / "personas.db"


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[str] = mapped_column(primary_key=True)


class Persona(Base):
    __tablename__ = "personas"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    edits: Mapped[int] = mapped_column(default=0)
    owner_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    owner: Mapped[User] = relationship()


TABLE = Persona.__table__
CORE = update(TABLE).where(TABLE.c.id == "p1").values(name="new")
ORM = update(Persona).where(Persona.id == "p1").values(name="new")
TEXT = text("UPDATE personas SET name = 'new' WHERE id = 'p1'")
NOT_SYNCHRONIZED = ORM.execution_options(synchronize_session=False)


def database():
    """A new database with three personas that are called "old"."""
    for file in FILE.parent.iterdir():
        file.unlink()
    engine = sa.create_engine(f"sqlite:///{FILE}")
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add(User(id="u1"))
        session.flush()
        session.add_all(Persona(id=f"p{i}", name="old", owner_id="u1") for i in (1, 2, 3))
    return engine


def statements_of(engine):
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    return seen


def claim(what, holds):
    print(("yes  " if holds else "NO   ") + what)
    if not holds:
        raise SystemExit(f"does not hold with SQLAlchemy {sa.__version__}: {what}")


def reads(statement, read=lambda session, held: session.get(Persona, "p1").name, **session_options):
    """What is read after the statement and the commit, in a session that held the persona before."""
    engine = database()
    with Session(engine, **({"expire_on_commit": False} | session_options)) as session:
        held = session.get(Persona, "p1")
        session.execute(statement)
        session.commit()
        found = read(session, held)
    engine.dispose()
    return found


def again(**options):
    return lambda session, held: session.scalars(
        select(Persona).where(Persona.id == "p1").execution_options(**options)
    ).one().name


def the_fault():
    claim("update(table), then get(): stale", reads(CORE) == "old")
    claim("text('UPDATE ...'), then get(): stale", reads(TEXT) == "old")
    claim("update(Class) with synchronize_session=False: stale", reads(NOT_SYNCHRONIZED) == "old")
    claim("synchronize_session has no effect on update(table)",
          reads(CORE.execution_options(synchronize_session="auto")) == "old")
    claim("a select of the object: stale as well", reads(CORE, again()) == "old")
    claim("a select of the column: new", reads(
        CORE, lambda session, held: session.scalar(select(Persona.name).where(Persona.id == "p1"))) == "new")
    claim("update(Class) as it is: new", reads(ORM) == "new")

    engine = database()
    with Session(engine, expire_on_commit=False) as session:
        session.get(Persona, "p1")
        session.execute(CORE)
        session.commit()
        claim("update(table) when nobody holds the object: new, for the session holds it weakly",
              session.get(Persona, "p1").name == "new")
    engine.dispose()


def remedies():
    claim("synchronize_session='evaluate' and 'fetch': new", all(
        reads(ORM.execution_options(synchronize_session=mode)) == "new" for mode in ("evaluate", "fetch")))
    claim("expire_on_commit=True: new", reads(CORE, expire_on_commit=True) == "new")
    claim("expire_all(), expire(), refresh(): new", all(
        reads(CORE, lambda session, held, act=act: act(session, held) or held.name) == "new"
        for act in (lambda s, p: s.expire_all(), lambda s, p: s.expire(p), lambda s, p: s.refresh(p))))
    claim("populate_existing, in a select and in get(): new", reads(CORE, again(populate_existing=True)) == "new"
          and reads(CORE, lambda s, p: s.get(Persona, "p1", populate_existing=True).name) == "new")
    claim("expunge_all(): get() is new, the object held before is stale",
          reads(CORE, lambda s, p: s.expunge_all() or (s.get(Persona, "p1").name, p.name)) == ("new", "old"))


def returning():
    def run(statement, column=False):
        engine = database()
        with Session(engine, expire_on_commit=False) as session:
            held = session.get(Persona, "p1")
            row = session.execute(statement).scalars().one()
            result = (row if column else row.name, held.name)
        engine.dispose()
        return result

    claim("update(Class).returning(Class): new", run(ORM.returning(Persona)) == ("new", "new"))
    claim("the same with synchronize_session=False: stale",
          run(NOT_SYNCHRONIZED.returning(Persona)) == ("old", "old"))
    claim("and with populate_existing: new",
          run(NOT_SYNCHRONIZED.returning(Persona).execution_options(populate_existing=True)) == ("new", "new"))
    claim("update(table).returning(column): the answer is new, the session stale",
          run(CORE.returning(TABLE.c.name), column=True) == ("new", "old"))


def traps_of_synchronizing():
    def edits_after(mode):
        engine = database()
        with Session(engine, expire_on_commit=False) as session:
            held = session.get(Persona, "p1")
            session.commit()
            with Session(engine) as other, other.begin():
                other.execute(CORE)
            session.execute(update(Persona).where(Persona.name == "new").values(edits=7),
                            execution_options={"synchronize_session": mode})
            session.commit()
            result = held.edits
        engine.dispose()
        return result

    claim("'auto' decides in memory: an object whose criterion is stale there is missed", edits_after("auto") == 0)
    claim("'fetch' asks the database and does not miss it", edits_after("fetch") == 7)

    by_function = update(Persona).where(sa.func.length(Persona.name) == 3).values(name="new")
    claim("'auto' goes over to 'fetch' where Python cannot decide", reads(by_function) == "new")
    try:
        reads(by_function.execution_options(synchronize_session="evaluate"))
        refused = False
    except InvalidRequestError:
        refused = True
    claim("'evaluate' refuses there", refused)

    engine = database()
    with engine.begin() as connection:
        connection.execute(text("""CREATE TRIGGER counts AFTER UPDATE OF name ON personas BEGIN
            UPDATE personas SET edits = edits + 1 WHERE id = NEW.id; END"""))
    with Session(engine, expire_on_commit=False) as session:
        held = session.get(Persona, "p1")
        session.execute(ORM)
        session.commit()
        claim("what a trigger changes is not synchronized", (held.name, held.edits) == ("new", 0)
              and session.scalar(select(Persona.edits).where(Persona.id == "p1")) == 1)
    engine.dispose()


def pending_changes():
    def survives(act):
        engine = database()
        with Session(engine, expire_on_commit=False) as session:
            other = session.get(Persona, "p3")
            act(session, other)
            session.commit()
        with Session(engine) as session:
            found = session.get(Persona, "p3").name
        engine.dispose()
        return found == "mine"

    def change_then(act):
        def both(session, other):
            other.name = "mine"
            act(session, other)
        return both

    claim("a pending change survives statement, commit, expire_all()", survives(
        change_then(lambda s, p: (s.execute(CORE), s.commit(), s.expire_all()))))
    claim("expire_all(), expire(), refresh() and expunge_all() lose it", not any(
        survives(change_then(act)) for act in (lambda s, p: s.expire_all(), lambda s, p: s.expire(p),
                                               lambda s, p: s.refresh(p), lambda s, p: s.expunge_all())))

    def load_all(session, other):
        session.scalars(select(Persona).execution_options(populate_existing=True)).all()

    def load_all_without_flush(session, other):
        with session.no_autoflush:
            load_all(session, other)

    claim("populate_existing keeps it, since autoflush writes it first", survives(change_then(load_all)))
    claim("populate_existing without autoflush loses it", not survives(change_then(load_all_without_flush)))


def writing_stale_objects():
    engine = database()
    with Session(engine, expire_on_commit=False) as session:
        held = session.get(Persona, "p1")
        session.execute(CORE)
        session.commit()
        held.edits = 5
        session.commit()
    with Session(engine) as session:
        found = session.get(Persona, "p1")
        claim("a stale object that is saved writes only what was set on it", (found.name, found.edits) == ("new", 5))
    engine.dispose()

    engine = database()
    with Session(engine, expire_on_commit=False) as session:
        detached = session.get(Persona, "p1")
    with Session(engine) as session, session.begin():
        session.execute(CORE)
    with Session(engine) as session, session.begin():
        session.merge(detached)
    with Session(engine) as session:
        claim("merge() of a stale detached object writes the old name back", session.get(Persona, "p1").name == "old")
    engine.dispose()


def cost_of_expiring():
    engine = database()
    with Session(engine) as session:
        personas = session.scalars(select(Persona)).all()
        session.execute(CORE)
        session.commit()
        seen = statements_of(engine)
        [persona.name for persona in personas]
        claim("touching 3 expired objects: 3 statements", len(seen) == 3)
        session.commit()
        seen.clear()
        session.scalars(select(Persona)).all()
        [persona.name for persona in personas]
        claim("one select over all first: 1 statement", len(seen) == 1)
    engine.dispose()

    def touch(act):
        engine = database()
        session = Session(engine)
        persona = session.get(Persona, "p1")
        session.commit()
        act(engine, session)
        try:
            return persona.name
        except (ObjectDeletedError, DetachedInstanceError) as e:
            return type(e).__name__
        finally:
            session.close()
            engine.dispose()

    def delete_elsewhere(engine, session):
        with Session(engine) as other, other.begin():
            other.execute(sa.delete(Persona).where(Persona.id == "p1"))

    claim("touching an expired object whose row is gone: ObjectDeletedError",
          touch(delete_elsewhere) == "ObjectDeletedError")
    claim("touching an expired object of a closed session: DetachedInstanceError",
          touch(lambda engine, session: session.close()) == "DetachedInstanceError")


def is_missing_greenlet(act):
    try:
        act()
        return False
    except MissingGreenlet:
        return True
    except StatementError as e:  # SQLAlchemy 2.1 wraps it where the driver was asked already.
        return "greenlet" in str(e)


async def asynchronous():
    database().dispose()
    engine = create_async_engine(f"sqlite+aiosqlite:///{FILE}")
    async with AsyncSession(engine, expire_on_commit=False) as session:
        held = await session.get(Persona, "p1")
        await session.execute(CORE)
        await session.commit()
        claim("AsyncSession, update(table), get(): stale", (await session.get(Persona, "p1")).name == "old")
        session.expire_all()
        claim("an attribute after expire_all(): MissingGreenlet", is_missing_greenlet(lambda: held.name))
        await session.get(Persona, "p1")
        claim("awaiting get() loads it, also into the object held before", held.name == "new")
        session.expire_all()
        await session.refresh(held)
        claim("await refresh() loads it", held.name == "new")
        claim("a lazy relationship: MissingGreenlet", is_missing_greenlet(lambda: held.owner.id))
    async with AsyncSession(engine) as session:
        held = await session.get(Persona, "p1")
        await session.commit()
        claim("with expire_on_commit=True, any attribute after a commit: MissingGreenlet",
              is_missing_greenlet(lambda: held.name))
    await engine.dispose()


class PastTheSession(Exception):
    pass


class GuardedSession(Session):
    """Refuses each statement that would leave the session's objects behind."""


@event.listens_for(GuardedSession, "do_orm_execute")
def refuse_what_goes_past_the_session(state):
    writes = state.is_insert or state.is_update or state.is_delete
    if isinstance(state.statement, sa.TextClause) or (writes and not state.is_orm_statement):
        raise PastTheSession("this statement goes past the session: " + str(state.statement))
    if writes and state.execution_options.get("synchronize_session") is False:
        raise PastTheSession("synchronize_session=False: " + str(state.statement))


class ExpiringSession(Session):
    """Expires after each commit, whatever expire_on_commit says."""


@event.listens_for(ExpiringSession, "after_commit")
def expire(session):
    session.expire_all()


def guards():
    def refused(statement):
        engine = database()
        with GuardedSession(engine) as session:
            try:
                session.execute(statement)
                return False
            except PastTheSession:
                return True
            finally:
                session.rollback()
                engine.dispose()

    claim("the guard refuses update(table), text() and synchronize_session=False",
          refused(CORE) and refused(TEXT) and refused(NOT_SYNCHRONIZED))
    claim("the guard lets update(Class) and select(Class) through", not refused(ORM) and not refused(select(Persona)))

    engine = database()
    with ExpiringSession(engine, expire_on_commit=False) as session:
        held = session.get(Persona, "p1")
        session.execute(CORE)
        session.commit()
        claim("a listener on after_commit that expires: new", held.name == "new")
    engine.dispose()


if __name__ == "__main__":
    print("SQLAlchemy", sa.__version__)
    for part in (the_fault, remedies, returning, traps_of_synchronizing, pending_changes, writing_stale_objects,
                 cost_of_expiring, lambda: asyncio.run(asynchronous()), guards):
        part()
    FOLDER.cleanup()
