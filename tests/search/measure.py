#!/usr/bin/env python3
"""How well similar inquiries are found, beside what else could find them: one Markdown table.

Indexes the texts (`내용`) of Seoul's 120 call centre without their titles, asks for the titles (`제목`), and looks at which place
the right text comes. The weights of the search were chosen on the titles with an even document number (`내용번호`); the
figures to believe are those of the odd ones.

    make bench-search                            # or: scripts/with-postgres tests/search/measure.py [FILE.csv]

Needs `kiwipiepy` and `psql`. Where the collection is absent, it says so and measures nothing.
"""

import collections
import csv
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = ROOT.parent / "shared" / "data" / "seoul-120-inquiries.csv"
DEEPEST = 10**9


def main() -> None:
    path = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SANGDAM_INQUIRIES", COLLECTION))
    if not path.exists():
        print(f"skipped: there is no collection at {path} (name it, or set SANGDAM_INQUIRIES)")
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = [row["내용"] for row in rows]
    right = collections.defaultdict(set)
    for number, row in enumerate(rows):
        right[row["제목"]].add(number)
    titles = list(right)
    # A title that repeats is odd or even by its first document.
    odd = [int(rows[min(right[title])]["내용번호"]) % 2 == 1 for title in titles]
    ways = {
        "Sangdam": sangdam,
        "SQLite FTS5 trigram, BM25": sqlite_trigram,
        "PostgreSQL pg_trgm, word_similarity": postgres_trigram,
        "BM25 over Kiwi morphemes": kiwi,
    }
    print(f"{len(texts):,} texts, {len(titles):,} different titles, {sum(odd):,} of them odd\n")
    print("| way | titles | recall@1 | recall@5 | recall@10 | MRR |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for name, way in ways.items():
        places = [place(found, right[title]) for title, found in zip(titles, way(texts, titles), strict=True)]
        line(name, "odd", [at for at, is_odd in zip(places, odd, strict=True) if is_odd])
        line(name, "all", places)


def line(name: str, which: str, places: list[int]) -> None:
    def recall(least: int) -> float:
        return sum(at <= least for at in places) / len(places)

    mrr = sum(1 / at for at in places) / len(places)
    print(f"| {name} | {which} | {recall(1):.3f} | {recall(5):.3f} | {recall(10):.3f} | {mrr:.3f} |", flush=True)


def place(found: list[int], wanted: set[int]) -> int:
    return next((at for at, number in enumerate(found, 1) if number in wanted), DEEPEST)


def sangdam(texts: list[str], titles: list[str]) -> list[list[int]]:
    command = ["cargo", "run", "--locked", "--quiet", "--package", "sangdam-search", "--example", "rank_texts"]
    command += os.environ.get("SANGDAM_MEASURE_CARGO", "--release").split()
    done = subprocess.run(
        command, input=json.dumps({"texts": texts, "questions": titles}).encode(), capture_output=True, cwd=ROOT
    )
    if done.returncode != 0:
        sys.exit(done.stderr.decode())
    return [json.loads(answer) for answer in done.stdout.splitlines()]


def sqlite_trigram(texts: list[str], titles: list[str]) -> list[list[int]]:
    """Every trigram of a title is looked for; what has more and rarer ones comes first."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'trigram')")
    db.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts))
    answers = []
    for title in titles:
        grams = {title[at : at + 3] for at in range(len(title) - 2)}
        if not grams:
            answers.append([])
            continue
        asked = " OR ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams))
        found = db.execute("SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank, rowid", (asked,))
        answers.append([number for (number,) in found])
    return answers


def postgres_trigram(texts: list[str], titles: list[str]) -> list[list[int]]:
    """`word_similarity`: how much of the title is in the part of the text that fits it best."""
    url = os.environ.get("SANGDAM_TEST_POSTGRES_URL")
    if not url:
        sys.exit("SANGDAM_TEST_POSTGRES_URL is not set: run this under scripts/with-postgres")
    server = url.rsplit("/", 1)[0]

    def psql(database: str, sql: str) -> str:
        command = ["psql", f"{server}/{database}", "-qAtX", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        done = subprocess.run(command, input=sql, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return done.stdout

    # pg_trgm takes letters from the locale: under C, Hangul is none.
    create = "CREATE DATABASE measure TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
    psql("postgres", create)
    with tempfile.TemporaryDirectory() as folder:

        def copy(table: str, values: list[str]) -> str:
            path = Path(folder, table)
            path.write_text("".join(f"{at}\t{escaped(value)}\n" for at, value in enumerate(values)), encoding="utf-8")
            return f"CREATE TABLE {table} (number int, text text);\n\\copy {table} FROM '{path}'\n"

        psql("measure", "CREATE EXTENSION pg_trgm;\n" + copy("texts", texts) + copy("titles", titles))
    found = psql(
        "measure",
        "SELECT title, string_agg(number::text, ' ' ORDER BY similarity DESC, number) FROM ("
        " SELECT titles.number AS title, texts.number, word_similarity(titles.text, texts.text) AS similarity"
        " FROM titles, texts OFFSET 0"
        ") ranked WHERE similarity > 0.1 GROUP BY title",
    )
    answers: list[list[int]] = [[] for _ in titles]
    for row in found.splitlines():
        title, numbers = row.split("|")
        answers[int(title)] = [int(number) for number in numbers.split()]
    psql("postgres", "DROP DATABASE measure")
    return answers


def escaped(value: str) -> str:
    for raw, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(raw, written)
    return value


def kiwi(texts: list[str], titles: list[str]) -> list[list[int]]:
    """BM25 (k1 1.2, b 0.75) over nouns, verbs, modifiers, affixes and foreign words."""
    from kiwipiepy import Kiwi

    analyser = Kiwi()
    marks = {"SF", "SP", "SS", "SSO", "SSC", "SE", "SO"}

    def terms(all_texts: list[str]) -> list[list[str]]:
        normal = [unicodedata.normalize("NFKC", text).lower() for text in all_texts]
        return [
            [token.form for token in tokens if token.tag[0] in "NVMXS" and token.tag not in marks]
            for tokens in analyser.tokenize(normal)
        ]

    return bm25(terms(texts), terms(titles))


def bm25(documents: list[list[str]], questions: list[list[str]], k1: float = 1.2, b: float = 0.75) -> list[list[int]]:
    postings: dict[str, list[tuple[int, int]]] = collections.defaultdict(list)
    for number, terms in enumerate(documents):
        for term, occurs in collections.Counter(terms).items():
            postings[term].append((number, occurs))
    average = sum(map(len, documents)) / len(documents)
    norms = [k1 * (1 - b + b * len(terms) / average) for terms in documents]
    answers = []
    for question in questions:
        scores: dict[int, float] = collections.defaultdict(float)
        for term, asked in collections.Counter(question).items():
            having = postings.get(term, [])
            idf = math.log(1 + (len(documents) - len(having) + 0.5) / (len(having) + 0.5))
            for number, occurs in having:
                scores[number] += asked * idf * occurs * (k1 + 1) / (occurs + norms[number])
        answers.append(sorted(scores, key=lambda number: (-scores[number], number)))
    return answers


if __name__ == "__main__":
    main()
