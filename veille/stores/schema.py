"""The tables of the SQLite store, as numbered migrations: written once, never changed.

A change of the schema is one more migration at the end. `PRAGMA user_version` says how many of
them a file has seen.
"""

import sqlite3

from veille.errors import ConfigError

# Tokens are made by `veille.text` and joined by spaces, so every category but separators and
# control characters is part of a token, and diacritics are left as they come.
_TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cf Cn Co Cs'"

# `seq` is the order in which posts were first seen, and is never given twice. Times are
# microseconds since 1970 in UTC; `day` is the date in Bamako. `facet` holds what posts are
# filtered and counted by and that may be several or may change: it follows `labelling` and
# `decision` in the same transaction.
_FIRST = (
    """
    CREATE TABLE post (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        platform TEXT NOT NULL,
        source_id TEXT NOT NULL,
        page_key TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        published_at INTEGER NOT NULL,
        collected_at INTEGER NOT NULL,
        day TEXT NOT NULL,
        author TEXT NOT NULL,
        author_is_public INTEGER NOT NULL,
        title TEXT NOT NULL,
        url TEXT NOT NULL,
        parent_id TEXT,
        thread_id TEXT,
        tags TEXT NOT NULL,
        places TEXT NOT NULL,
        details TEXT NOT NULL,
        lang TEXT NOT NULL,
        lang_mix TEXT NOT NULL,
        script TEXT NOT NULL,
        text_key TEXT NOT NULL,
        duplicate_of TEXT
    ) STRICT
    """,
    "CREATE INDEX post_by_published_at ON post (published_at)",
    "CREATE INDEX post_by_collected_at ON post (collected_at, id)",
    "CREATE INDEX post_by_text_key ON post (text_key, seq) WHERE text_key <> ''",
    f'CREATE VIRTUAL TABLE post_words USING fts5 (folded, stemmed, tokenize = "{_TOKENIZER}")',
    """
    CREATE TABLE facet (
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        seq INTEGER NOT NULL REFERENCES post (seq) ON DELETE CASCADE,
        PRIMARY KEY (name, value, seq)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX facet_by_seq ON facet (seq, name)",
    """
    CREATE TABLE labelling (
        written INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL REFERENCES post (seq) ON DELETE CASCADE,
        model TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        labels TEXT NOT NULL,
        UNIQUE (seq, model)
    ) STRICT
    """,
    """
    CREATE TABLE decision (
        written INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL REFERENCES post (seq) ON DELETE CASCADE,
        axis TEXT NOT NULL,
        value TEXT NOT NULL,
        person TEXT NOT NULL,
        decided_at INTEGER NOT NULL,
        note TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX decision_by_seq ON decision (seq)",
    """
    CREATE TABLE reading (
        seq INTEGER NOT NULL REFERENCES post (seq) ON DELETE CASCADE,
        read_at INTEGER NOT NULL,
        likes INTEGER,
        comments INTEGER,
        shares INTEGER,
        views INTEGER,
        reactions INTEGER,
        PRIMARY KEY (seq, read_at)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE post_case (
        case_id TEXT NOT NULL,
        post_id TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
        PRIMARY KEY (case_id, post_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX post_case_by_post ON post_case (post_id)",
)

# Posts are found by each of their languages, and counted by which of them stand together.
_LANGUAGES = (
    """
    INSERT OR IGNORE INTO facet (name, value, seq)
    SELECT 'lang', lang, seq FROM post
    UNION SELECT 'lang', json_extract(part.value, '$[0]'), seq
    FROM post, json_each(post.lang_mix) AS part
    """,
    """
    INSERT OR IGNORE INTO facet (name, value, seq)
    SELECT 'mix', group_concat(code, '+'), seq
    FROM (
        SELECT seq, json_extract(part.value, '$[0]') AS code
        FROM post, json_each(post.lang_mix) AS part
        WHERE json_array_length(post.lang_mix) > 1 ORDER BY seq, part.key
    )
    GROUP BY seq
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _LANGUAGES)


def migrate(connection: sqlite3.Connection, name: str) -> None:
    """Bring the file called `name` to the newest schema; to be called inside a transaction.

    Raises `ConfigError` on a file that a newer Veille wrote, or that is not a store.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise ConfigError(
            f"{name} was written by a newer Veille (schema {version}, this one knows "
            f"{len(MIGRATIONS)}): install that version, or restore a backup made before it"
        )
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise ConfigError(f"{name} is a database of something else: give another path")
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    if version < len(MIGRATIONS):
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
