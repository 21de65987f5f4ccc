//! The server as a program.

use embedded_redis::EmbeddedRedis;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().skip_while(|it| it != "--port").nth(1);
    let port = port.unwrap_or_else(|| "6379".into());
    let address = format!("127.0.0.1:{port}").parse()?;
    EmbeddedRedis::builder().address(address).start()?.join()?;
    Ok(())
}
