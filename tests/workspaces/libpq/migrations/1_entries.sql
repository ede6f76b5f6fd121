CREATE TABLE IF NOT EXISTS entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    written timestamptz NOT NULL DEFAULT now(),
    text text NOT NULL
);
