//! Pub/sub: by table, against a naive model, and against a real redis-server.

mod model;
mod redis;
mod rules;
