//! `POST /seal` answers with an HMAC of the body. The key is `SEAL_KEY`, or a new one with every start.

use std::{env, error::Error, fmt::Write as _, io::Read as _, process, sync::Arc};

use openssl::{hash::MessageDigest, pkey::PKey, rand::rand_bytes, sign::Signer};
use tiny_http::{Method, Request, Response, Server};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// More is not sealed.
const MOST_BYTES: u64 = 1024 * 1024;

fn main() {
    if let Err(error) = serve() {
        eprintln!("seal: {error}");
        process::exit(1);
    }
}

fn serve() -> Outcome<()> {
    let listen = env::var("LISTEN_ADDR").unwrap_or_else(|_| "127.0.0.1:8200".to_owned());
    let key = match env::var("SEAL_KEY") {
        Ok(key) => key.into_bytes(),
        Err(_) => random_key()?,
    };
    let server = Arc::new(Server::http(&listen)?);
    println!("seal: {} on {listen}", openssl::version::version());
    let stopped = Arc::clone(&server);
    ctrlc::set_handler(move || stopped.unblock())?;
    for request in server.incoming_requests() {
        if let Err(error) = answer(request, &key) {
            eprintln!("seal: {error}");
        }
    }
    Ok(())
}

fn random_key() -> Outcome<Vec<u8>> {
    let mut key = vec![0; 32];
    rand_bytes(&mut key)?;
    Ok(key)
}

fn answer(mut request: Request, key: &[u8]) -> Outcome<()> {
    let response = match (request.method(), request.url()) {
        (Method::Get, "/healthz") => Response::from_string("ok\n"),
        (Method::Post, "/seal") => {
            let mut body = Vec::new();
            request.as_reader().take(MOST_BYTES).read_to_end(&mut body)?;
            Response::from_string(seal(key, &body)?)
        }
        _ => Response::from_string("no such page\n").with_status_code(404),
    };
    Ok(request.respond(response)?)
}

/// The HMAC-SHA-256 in hexadecimal digits, and a line's end.
fn seal(key: &[u8], body: &[u8]) -> Outcome<String> {
    let key = PKey::hmac(key)?;
    let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
    let mut text = String::new();
    for byte in signer.sign_oneshot_to_vec(body)? {
        write!(text, "{byte:02x}")?;
    }
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seals_are_those_of_the_standard() {
        // RFC 4231, test case 2.
        let wanted = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\n";
        assert_eq!(seal(b"Jefe", b"what do ya want for nothing?").unwrap(), wanted);
    }
}
