//! Opening sockets.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use nix::ifaddrs::getifaddrs;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol as Transport, Socket, Type};

use crate::LoadError;
use crate::settings::{Place, Protocol, Settings};

/// Bytes that may wait in a socket: some thousands of packets, so that a busy moment loses none.
const BUFFER: usize = 8 << 20;
/// All servers and relays of a link (RFC 8415 section 7.1).
const ALL_SERVERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);

/// The sockets of a generator.
pub(super) struct Opened {
    /// Hears everybody.
    pub(super) hearing: Socket,
    /// Each sends to one server, or to all by one address.
    pub(super) sending: Vec<Socket>,
}

/// Opens them.
pub(super) fn open(settings: &Settings) -> Result<Opened, LoadError> {
    let (own, servers, device) = ends(settings)?;
    let hearing = bound(own, device.as_deref())?;
    let sending = servers.iter().map(|server| {
        let socket = bound(own, device.as_deref())?;
        let remedy = "; is there a route to it?";
        let connected = socket.connect(&(*server).into());
        connected.map_err(|source| refused(*server, "cannot send to it", source, remedy))?;
        Ok(socket)
    });
    let sending = sending.collect::<Result<_, _>>()?;
    Ok(Opened { hearing, sending })
}

/// Our address, the servers', and the interface if packets must leave by one.
type Ends = (SocketAddr, Vec<SocketAddr>, Option<String>);

fn ends(settings: &Settings) -> Result<Ends, LoadError> {
    let (own, to) = (settings.own_port, settings.server_port);
    match (&settings.place, settings.protocol) {
        (Place::Relayed { relay, servers, .. }, _) => {
            let servers = servers.iter().map(|server| (*server, to).into());
            Ok(((*relay, own).into(), servers.collect(), None))
        }
        (Place::Direct { interface }, Protocol::V4) => {
            index(interface)?;
            let all = (Ipv4Addr::BROADCAST, to).into();
            let any = (Ipv4Addr::UNSPECIFIED, own).into();
            Ok((any, vec![all], Some(interface.clone())))
        }
        (Place::Direct { interface }, Protocol::V6) => {
            let index = index(interface)?;
            let on_link = |address, port| SocketAddrV6::new(address, port, 0, index).into();
            let link_local = link_local(interface)?;
            let all = on_link(ALL_SERVERS, to);
            Ok((on_link(link_local, own), vec![all], Some(interface.clone())))
        }
    }
}

/// A socket at an address that several of ours share.
fn bound(address: SocketAddr, device: Option<&str>) -> Result<Socket, LoadError> {
    let refuse = |what, remedy| move |source| refused(address, what, source, remedy);
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::DGRAM, Some(Transport::UDP));
    let socket = socket.map_err(refuse("no socket", ""))?;
    socket
        .set_reuse_address(true)
        .map_err(refuse("cannot share it", ""))?;
    let bound = socket.bind(&address.into());
    let remedy = match bound.as_ref().map_err(io::Error::kind) {
        Err(io::ErrorKind::AddrNotAvailable) => "; it must be an address of this machine",
        Err(io::ErrorKind::AddrInUse) => "; end what uses it, or choose another with --port",
        Err(io::ErrorKind::PermissionDenied) => "; run as root, or choose a port above 1023",
        _ => "",
    };
    bound.map_err(refuse("cannot use it", remedy))?;
    if let Some(device) = device {
        let what = "cannot be tied to its interface";
        let tied = socket.bind_device(Some(device.as_bytes()));
        tied.map_err(refuse(what, "; run as root"))?;
    }
    if address.is_ipv4() {
        let allowed = socket.set_broadcast(true);
        allowed.map_err(refuse("cannot broadcast", ""))?;
    }
    make_room(&socket).map_err(refuse("no larger buffer", ""))?;
    let stamps = setsockopt(&socket, sockopt::ReceiveTimestampns, &true);
    stamps.map_err(|errno| refused(address, "no time stamps", errno.into(), ""))?;
    Ok(socket)
}

/// Root may have as much as it wants; others get what the system allows.
fn make_room(socket: &Socket) -> io::Result<()> {
    if setsockopt(socket, sockopt::RcvBufForce, &BUFFER).is_err() {
        socket.set_recv_buffer_size(BUFFER)?;
    }
    if setsockopt(socket, sockopt::SndBufForce, &BUFFER).is_err() {
        socket.set_send_buffer_size(BUFFER)?;
    }
    Ok(())
}

fn index(interface: &str) -> Result<u32, LoadError> {
    if_nametoindex(interface).map_err(|_| LoadError::Interface {
        name: interface.to_owned(),
        what: "there is none with this name",
    })
}

fn link_local(interface: &str) -> Result<Ipv6Addr, LoadError> {
    let all = getifaddrs().map_err(|errno| LoadError::System {
        call: "getifaddrs",
        errno,
    })?;
    let mut addresses = all
        .filter(|entry| entry.interface_name == interface)
        .filter_map(|entry| Some(entry.address?.as_sockaddr_in6()?.ip()));
    let found = addresses.find(Ipv6Addr::is_unicast_link_local);
    found.ok_or_else(|| LoadError::Interface {
        name: interface.to_owned(),
        what: "it has no link-local address; is it up?",
    })
}

fn refused(
    address: SocketAddr,
    what: &'static str,
    source: io::Error,
    remedy: &'static str,
) -> LoadError {
    let address = match address.ip() {
        IpAddr::V6(ip) => format!("[{ip}]:{}", address.port()),
        IpAddr::V4(_) => address.to_string(),
    };
    LoadError::Socket {
        address,
        what,
        source,
        remedy,
    }
}
