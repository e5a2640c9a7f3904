//! Connections: at most so many, none that can be held open for nothing, and an orderly end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

/// A server that holds its port but answers nobody yet.
#[derive(Debug)]
pub struct Server {
    listener: std::net::TcpListener,
    pub(super) limits: Limits,
}

/// What a client may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Further connections wait in the system's queue. Below half of the usual limit of open files, since each may have one open.
    pub(super) n_connections: usize,
    /// For the whole head of a request, and so also for a connection that is kept open between requests.
    pub(super) head_timeout: Duration,
    /// How long a client may take nothing of what is sent to it.
    pub(super) stall_timeout: Duration,
    /// How long answers in flight may take once the server is told to end.
    end_timeout: Duration,
}

/// Files are read, and the API's answers made, by as many threads, so this bounds the memory that requests take.
const MAX_BLOCKING_THREADS: usize = 16;

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

    /// Keeps at most `n_connections` open at once.
    #[must_use]
    pub fn with_connections(mut self, n_connections: usize) -> Self {
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

    /// Answers until Ctrl-C or a polite kill; then calls `end`, which ends answers that would not end by themselves.
    /// Whoever is told by `ready` that the server is there can stop it.
    ///
    /// # Errors
    /// When the system refuses threads, signals or the port.
    pub fn run_until_stopped(
        self,
        router: Router,
        ready: impl FnOnce(),
        end: impl FnOnce(),
    ) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .max_blocking_threads(MAX_BLOCKING_THREADS)
            .enable_all()
            .build()?;
        let stop_signal = {
            let _context = runtime.enter();
            stop_signal()?
        };
        let shutdown = async {
            stop_signal.await;
            end();
        };
        ready();
        runtime.block_on(self.run(router, shutdown))
    }

    /// Answers until `shutdown` is done; then lets answers in flight end for up to two seconds. What is open after that
    /// ends with the runtime.
    ///
    /// # Errors
    /// When the system refuses to hand over the port.
    pub(super) async fn run(
        self,
        router: Router,
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let limits = self.limits;
        let mut listener = TcpListener::from_std(self.listener)?;
        let slots = Arc::new(Semaphore::new(limits.n_connections));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout)
            .max_buf_size(MAX_BUFFER_BYTES);
        let connections = GracefulShutdown::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let accept = async {
                // The semaphore is never closed, so there is always a slot in the end.
                let slot = Arc::clone(&slots).acquire_owned().await.ok();
                (Listener::accept(&mut listener).await.0, slot)
            };
            let (stream, slot) = tokio::select! {
                accepted = accept => accepted,
                () = &mut shutdown => break,
            };
            // Answers are small and come in bursts; waiting to fill packets would only delay them.
            let _ = stream.set_nodelay(true);
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(limits.stall_timeout));
            let service = TowerToHyperService::new(router.clone());
            let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
            let connection = connections.watch(connection);
            tokio::spawn(async move {
                // A connection that fails is its client's concern; the log has the request.
                let _ = connection.await;
                drop(slot);
            });
        }
        drop(listener);
        let _ = timeout(limits.end_timeout, connections.shutdown()).await;
        Ok(())
    }
}

/// Ctrl-C, or a polite kill: neither ends the process by itself from now on.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(windows)]
    {
        let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
        Ok(async move {
            let _ = ctrl_c.recv().await;
        })
    }
}
