//! `healthcheck`: asks the running service, for images without a shell.

use std::{
    error::Error,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

pub(crate) fn healthcheck(listen: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let time = Duration::from_secs(2);
    let port = listen.parse::<SocketAddr>()?.port();
    let mut stream = TcpStream::connect_timeout(&([127, 0, 0, 1], port).into(), time)?;
    stream.set_read_timeout(Some(time))?;
    stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(1024).read_to_string(&mut answer)?;
    let status = answer.split_whitespace().nth(1);
    if status == Some("200") { Ok(()) } else { Err(format!("it answered {status:?}").into()) }
}
