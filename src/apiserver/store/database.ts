// How an acknowledged write survives the end of the process: one SQLite table, written before anyone is told.
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { ApiError } from '../../objects/api-error.ts'

export interface StoredRow {
  readonly collection: string
  readonly key: string
  readonly revision: number
  readonly json: string
}

/** Where the store writes. Each call returns when the write is safe from `kill -9`, or throws and changed nothing. */
export interface Journal {
  rows(): Iterable<StoredRow>
  /** The newest revision ever given out, deletions included. */
  lastRevision(): number
  put(row: StoredRow): void
  remove(row: Omit<StoredRow, 'json'>): void
  close(): void
}

/** Keeps nothing: what `:memory:` means for a store that holds every object in memory anyway. */
export const forgetfulJournal: Journal = {
  rows: () => [],
  lastRevision: () => 0,
  put: () => undefined,
  remove: () => undefined,
  close: () => undefined,
}

const schema = `
  CREATE TABLE IF NOT EXISTS objects (
    collection TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (collection, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS deletions (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
`

/** SQLite's primary result codes for "no room": SQLITE_FULL, and SQLITE_IOERR, which a full disk also causes. */
const noRoomCodes = new Set([10, 13])

export class SqliteJournal implements Journal {
  readonly #database: DatabaseSync
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #markDeletion: StatementSync

  constructor(file: string) {
    this.#database = new DatabaseSync(file)
    // In WAL mode a commit is in the page cache when it returns: the process may die, the machine's power may not.
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000')
    this.#database.exec(schema)
    this.#put = this.#database.prepare(
      'INSERT INTO objects (collection, key, revision, json) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT (collection, key) DO UPDATE SET revision = excluded.revision, json = excluded.json',
    )
    this.#remove = this.#database.prepare('DELETE FROM objects WHERE collection = ? AND key = ?')
    this.#markDeletion = this.#database.prepare(
      'INSERT INTO deletions (id, revision) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET revision = excluded.revision',
    )
  }

  *rows(): Iterable<StoredRow> {
    for (const row of this.#database.prepare('SELECT collection, key, revision, json FROM objects').iterate()) {
      yield {
        collection: String(row.collection),
        key: String(row.key),
        revision: Number(row.revision),
        json: String(row.json),
      }
    }
  }

  lastRevision(): number {
    const row = this.#database
      .prepare(
        'SELECT max(ifnull((SELECT max(revision) FROM objects), 0), ifnull((SELECT max(revision) FROM deletions), 0)) AS revision',
      )
      .get()
    return Number(row?.revision ?? 0)
  }

  put(row: StoredRow): void {
    this.#attempt(() => this.#put.run(row.collection, row.key, row.revision, row.json))
  }

  remove(row: Omit<StoredRow, 'json'>): void {
    this.#attempt(() => {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        this.#remove.run(row.collection, row.key)
        this.#markDeletion.run(row.revision)
        this.#database.exec('COMMIT')
      } catch (error) {
        // SQLite rolls back by itself on some errors (a full disk among them), and then refuses a second time.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw error
      }
    })
  }

  close(): void {
    this.#database.close()
  }

  #attempt(write: () => void): void {
    try {
      write()
    } catch (error) {
      if (error instanceof Error && 'errcode' in error && noRoomCodes.has(Number(error.errcode) & 0xff)) {
        throw new ApiError(
          507,
          'InsufficientStorage',
          `the database could not be written (${error.message}); free some space on its disk and try again`,
          { cause: error },
        )
      }
      throw new ApiError(500, 'InternalError', `the database could not be written: ${String(error)}`, { cause: error })
    }
  }
}
