//! The server as a program.

use embedded_redis::EmbeddedRedis;

fn main() -> std::io::Result<()> {
    let port = std::env::args().skip_while(|it| it != "--port").nth(1);
    let port = port.unwrap_or_else(|| "6379".into());
    EmbeddedRedis::listen(&format!("127.0.0.1:{port}"))?.join()
}
