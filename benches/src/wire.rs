//! Calls that cost their caller little, so that a bench on one machine measures the server: gRPC
//! on bare HTTP/2, requests encoded before, answers not decoded.

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::SendRequest;
use http::{HeaderMap, Method, Request};
use prost::Message;
use tokio::net::TcpStream;
use tonic::Code;

/// What an answer may be ahead of its reader: more than any, so that the server never waits.
const WINDOW: u32 = 4 << 20;

/// A connection to the server.
#[derive(Clone)]
pub struct Wire {
    send: SendRequest<Bytes>,
    authority: String,
}

impl Wire {
    /// Connects to `host:port`.
    ///
    /// # Panics
    /// When nobody answers there.
    pub async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        let mut builder = h2::client::Builder::new();
        builder.initial_window_size(WINDOW).initial_connection_window_size(WINDOW);
        let (send, connection) = builder.handshake(stream).await.expect("HTTP/2");
        // It ends when the server closes it; a call that is then made fails, and says so.
        tokio::spawn(connection);
        Self { send, authority: address.to_owned() }
    }

    /// Calls a method (`/package.Service/Method`) with what [`framed`] made; `None`: it was
    /// answered.
    pub async fn call(self, path: &'static str, message: Bytes) -> Option<Code> {
        match self.status(path, message).await {
            Ok(Code::Ok) => None,
            Ok(code) => Some(code),
            Err(_) => Some(Code::Unknown),
        }
    }

    async fn status(self, path: &'static str, message: Bytes) -> Result<Code, h2::Error> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}{path}", self.authority))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())
            .expect("a request");
        let mut send = self.send.ready().await?;
        let (response, mut body) = send.send_request(request, false)?;
        body.send_data(message, true)?;
        let response = response.await?;
        // Who is turned away gets the status in the place of an answer.
        if let Some(code) = status(response.headers()) {
            return Ok(code);
        }
        let mut body = response.into_body();
        while let Some(part) = body.data().await {
            let length = part?.len();
            body.flow_control().release_capacity(length)?;
        }
        let trailers = body.trailers().await?;
        Ok(trailers.as_ref().and_then(status).unwrap_or(Code::Unknown))
    }
}

fn status(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|code| Code::from_bytes(code.as_bytes()))
}

/// A message as gRPC sends it: not compressed, its length before it.
pub fn framed(message: &impl Message) -> Bytes {
    let mut framed = BytesMut::with_capacity(5 + message.encoded_len());
    framed.put_u8(0);
    framed.put_u32(message.encoded_len() as u32);
    message.encode(&mut framed).expect("room");
    framed.freeze()
}
