//! tmp
use adapter_tokio::server::*;
use adapter_tokio::{Tokio, server::Server};
use std::collections::HashMap;

#[derive(Default)]
struct Store {
    items: HashMap<Vec<u8>, bytes::Bytes>,
}
impl Service for Store {
    type Context = ();
    fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<(), Refusal> {
        Ok(())
    }
    fn on_command(
        &mut self,
        command: Command<'_>,
        _: &mut Connection<'_, ()>,
        reply: Reply<'_>,
    ) -> Action {
        if command.is("get") {
            match self.items.get(command.arg(1)) {
                Some(v) => reply.shared(v.clone()),
                None => reply.null(),
            }
        } else if command.is("set") {
            let value = command.bytes(2);
            match self.items.get_mut(command.arg(1)) {
                Some(v) => *v = value,
                None => {
                    self.items.insert(command.arg(1).to_vec(), value);
                }
            }
            reply.ok()
        } else if command.is("ping") {
            reply.simple("PONG")
        } else if command.is("quit") {
            let _ = reply.ok();
            Action::Close
        } else {
            reply.error("ERR unknown command")
        }
    }
}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let addr = std::env::args().nth(2).unwrap();
    let server =
        Server::bind(Tokio, [Listen::new(addr.parse().unwrap())], ServerOptions::default())
            .unwrap();
    println!("listening at {}", server.addresses().next().unwrap());
    server.run(Store::default()).await;
}
