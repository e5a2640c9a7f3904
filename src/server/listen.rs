//! Connections: at most so many, none that can be held open for nothing, and an orderly end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};

/// A server that holds its port but answers nobody yet.
#[derive(Debug)]
pub struct Server {
    listener: std::net::TcpListener,
    limits: Limits,
}

/// What a client may cost.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Further connections wait in the system's queue. Below half of the usual limit of open files, since each may have one open.
    n_connections: usize,
    /// For the whole head of a request, and so also for a connection that is kept open between requests.
    head_timeout: Duration,
    /// How long a client may take nothing of what is sent to it.
    stall_timeout: Duration,
    /// How long answers in flight may take once the server is told to end.
    end_timeout: Duration,
}

/// Head of a request and what is buffered of a body.
const MAX_BUFFER_BYTES: usize = 64 << 10;

impl Server {
    /// Takes the port of `addr`, such as `127.0.0.1:4000`; port 0 takes any free one.
    ///
    /// # Errors
    /// `AddrInUse`, and what else the system says; a name that has no address.
    pub fn bind(addr: &str) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(addr)?;
        listener.set_nonblocking(true)?;
        let limits = Limits {
            n_connections: 400,
            head_timeout: Duration::from_secs(15),
            stall_timeout: Duration::from_secs(30),
            end_timeout: Duration::from_secs(2),
        };
        Ok(Self { listener, limits })
    }

    /// Shorter timeouts, for tests.
    #[cfg(test)]
    pub(super) fn with_timeouts(mut self, head_timeout: Duration, stall_timeout: Duration) -> Self {
        self.limits.head_timeout = head_timeout;
        self.limits.stall_timeout = stall_timeout;
        self
    }

    /// Fewer connections, for tests.
    #[cfg(test)]
    pub(super) fn with_connections(mut self, n_connections: usize) -> Self {
        self.limits.n_connections = n_connections;
        self
    }

    /// The address with its real port.
    ///
    /// # Errors
    /// What the system says.
    pub fn addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `shutdown` is done; then lets answers in flight end for up to two seconds.
    ///
    /// # Errors
    /// When the system refuses to hand over the port.
    pub async fn run(self, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let limits = self.limits;
        let listener = TcpListener::from_std(self.listener)?;
        let slots = Arc::new(Semaphore::new(limits.n_connections));
        let (closing, is_closing) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                (stream, slot) = accept(&listener, &slots) => {
                    let (router, is_closing) = (router.clone(), is_closing.clone());
                    connections.spawn(async move {
                        serve_connection(stream, router, is_closing, limits).await;
                        drop(slot);
                    });
                }
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
            }
        }
        drop(listener);
        // Receivers that are gone have nothing to close.
        let _ = closing.send(true);
        let all = async { while connections.join_next().await.is_some() {} };
        // What is still open after that is cut off when `connections` is dropped.
        let _ = timeout(limits.end_timeout, all).await;
        Ok(())
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, Option<tokio::sync::OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there is always a slot in the end.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, slot),
            // No file handles left, or a client that is gone already: neither is the server's end.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    router: Router,
    mut is_closing: watch::Receiver<bool>,
    limits: Limits,
) {
    // Answers are small and come in bursts; waiting to fill packets would only delay them.
    let _ = stream.set_nodelay(true);
    let stream = StallGuard {
        stream,
        timeout: limits.stall_timeout,
        deadline: None,
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(MAX_BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    // A connection that fails is its client's concern; the log has the request.
    let is_told_to_end = tokio::select! {
        _ = connection.as_mut() => false,
        told = is_closing.wait_for(|is_closing| *is_closing) => told.is_ok(),
    };
    if is_told_to_end {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// A connection that ends when its client takes no bytes for too long, which would hold a slot and a file.
struct StallGuard {
    stream: TcpStream,
    timeout: Duration,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl StallGuard {
    /// Passes `polled` on, unless it has been pending for too long.
    fn watch<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.deadline = None;
            return polled;
        }
        let timeout = self.timeout;
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(sleep(timeout)));
        match deadline.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for StallGuard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for StallGuard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
