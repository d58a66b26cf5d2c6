//! Opens the sockets of one listening point.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::AsFd;
use std::sync::Arc;

use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::unix::AsyncFd;

use super::error::{Failure, Reason};
use super::filter;
use super::plan::{Kind, Wanted};
use super::sys;

/// Receive buffer asked for: a burst of some thousand queries while the worker is busy.
const RECEIVE_BUFFER: usize = 4 << 20;

/// RFC 8415 section 7.1: All_DHCP_Relay_Agents_and_Servers.
const ALL_SERVERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);

/// An open socket and what it is for.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) socket: Arc<AsyncFd<Socket>>,
    pub(super) role: Role,
}

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Raw: receives all, sends frames to a hardware address. Answers to broadcasts come from
    /// `local`.
    Raw { local: Ipv4Addr },
    /// Only sends, from this address.
    Send(Ipv4Addr),
    /// Receives and sends from this address.
    Bound(IpAddr),
    /// Only receives multicast; answers come from this address.
    Group { answer_from: Ipv6Addr },
}

/// Opens all sockets of a listening point, or none.
pub(super) fn open(wanted: &Wanted) -> Result<Vec<Opened>, Failure> {
    let (index, port) = (wanted.interface.index, wanted.port);
    let fail = |address: Option<IpAddr>| move |reason| wanted.failure(address, reason);
    match &wanted.kind {
        Kind::RawV4(addresses) => {
            let local = addresses.first().copied().unwrap_or(Ipv4Addr::UNSPECIFIED);
            // The UDP sockets first: they keep the port, so they tell whether it is free.
            let mut opened = addresses
                .iter()
                .map(|address| keeper(*address, port).map_err(fail(Some((*address).into()))))
                .collect::<Result<Vec<_>, _>>()?;
            opened.push(raw(index, port, addresses, local).map_err(fail(None))?);
            Ok(opened)
        }
        Kind::UdpV4(address) => Ok(vec![
            udp_v4(*address, port).map_err(fail(Some((*address).into())))?,
        ]),
        Kind::LinkV6(addresses) => {
            let answer_from = addresses.first().copied().unwrap_or(Ipv6Addr::UNSPECIFIED);
            let mut opened = addresses
                .iter()
                .map(|address| {
                    let at = SocketAddrV6::new(*address, port, 0, index);
                    udp_v6(at, true).map_err(fail(Some((*address).into())))
                })
                .collect::<Result<Vec<_>, _>>()?;
            let group = SocketAddrV6::new(ALL_SERVERS, port, 0, index);
            opened.push(group_v6(group, answer_from).map_err(fail(Some(ALL_SERVERS.into())))?);
            Ok(opened)
        }
        Kind::UnicastV6(address) => {
            let scope = if address.is_unicast_link_local() {
                index
            } else {
                0
            };
            let at = SocketAddrV6::new(*address, port, 0, scope);
            let present = wanted.interface.ipv6.iter().any(|(has, _)| has == address);
            Ok(vec![
                udp_v6(at, present).map_err(fail(Some((*address).into())))?,
            ])
        }
        Kind::Dhcp4o6 { peer } => {
            let address = Some(Ipv6Addr::LOCALHOST.into());
            Ok(vec![local_pair(port, *peer).map_err(fail(address))?])
        }
    }
}

/// A packet socket without link-layer header. It receives nothing until the filter is in place.
fn raw(index: u32, port: u16, addresses: &[Ipv4Addr], local: Ipv4Addr) -> Result<Opened, Reason> {
    let socket = step(
        "opening a raw socket",
        Socket::new(Domain::PACKET, Type::DGRAM, None),
    )?;
    let program = filter::server_packets(port, addresses);
    step(
        "attaching the packet filter",
        socket.attach_filter(&program),
    )?;
    step(
        "asking for checksum state",
        sys::set_packet_auxdata(socket.as_fd()),
    )?;
    step(
        "binding the raw socket",
        sys::bind_packet(socket.as_fd(), index),
    )?;
    ready(socket, Role::Raw { local })
}

/// A UDP socket that receives nothing but keeps the port and sends what routing and ARP can carry.
fn keeper(address: Ipv4Addr, port: u16) -> Result<Opened, Reason> {
    let socket = udp(Domain::IPV4)?;
    step(
        "attaching the packet filter",
        socket.attach_filter(&filter::nothing()),
    )?;
    step("allowing broadcasts", socket.set_broadcast(true))?;
    bind(&socket, SocketAddrV4::new(address, port).into())?;
    ready(socket, Role::Send(address))
}

fn udp_v4(address: Ipv4Addr, port: u16) -> Result<Opened, Reason> {
    let socket = udp(Domain::IPV4)?;
    step("allowing broadcasts", socket.set_broadcast(true))?;
    let option = setsockopt(&socket, sockopt::Ipv4PacketInfo, &true);
    step("asking for packet info", option.map_err(io::Error::from))?;
    bind(&socket, SocketAddrV4::new(address, port).into())?;
    ready(socket, Role::Bound(address.into()))
}

/// `present`: the interface has the address; then it may still be checking for duplicates, which
/// must not keep a worker from starting.
fn udp_v6(at: SocketAddrV6, present: bool) -> Result<Opened, Reason> {
    let socket = bound_v6(at, present)?;
    ready(socket, Role::Bound((*at.ip()).into()))
}

fn group_v6(at: SocketAddrV6, answer_from: Ipv6Addr) -> Result<Opened, Reason> {
    let socket = bound_v6(at, false)?;
    step(
        "joining ff02::1:2",
        socket.join_multicast_v6(at.ip(), at.scope_id()),
    )?;
    ready(socket, Role::Group { answer_from })
}

/// On ::1, between two ports of it: nobody but the process at the other one is heard.
fn local_pair(own: u16, peer: u16) -> Result<Opened, Reason> {
    let at = |port| SocketAddrV6::new(Ipv6Addr::LOCALHOST, port, 0, 0);
    let socket = bound_v6(at(own), false)?;
    step(
        "connecting the UDP socket",
        socket.connect(&SocketAddr::from(at(peer)).into()),
    )?;
    ready(socket, Role::Bound(Ipv6Addr::LOCALHOST.into()))
}

fn bound_v6(at: SocketAddrV6, present: bool) -> Result<Socket, Reason> {
    let socket = udp(Domain::IPV6)?;
    step("setting IPV6_V6ONLY", socket.set_only_v6(true))?;
    let option = setsockopt(&socket, sockopt::Ipv6RecvPacketInfo, &true);
    step("asking for packet info", option.map_err(io::Error::from))?;
    step("setting IPV6_FREEBIND", socket.set_freebind_v6(present))?;
    bind(&socket, at.into())?;
    Ok(socket)
}

fn udp(domain: Domain) -> Result<Socket, Reason> {
    step(
        "opening a UDP socket",
        Socket::new(domain, Type::DGRAM, Some(Protocol::UDP)),
    )
}

fn bind(socket: &Socket, address: SocketAddr) -> Result<(), Reason> {
    step("binding the UDP socket", socket.bind(&address.into()))
}

/// Sizes the buffer, counts its drops, has arrivals stamped, and registers the socket with the runtime.
fn ready(socket: Socket, role: Role) -> Result<Opened, Reason> {
    if setsockopt(&socket, sockopt::RcvBufForce, &RECEIVE_BUFFER).is_err() {
        // Without CAP_NET_ADMIN the system's limit (net.core.rmem_max) applies.
        step(
            "sizing the receive buffer",
            socket.set_recv_buffer_size(RECEIVE_BUFFER),
        )?;
    }
    let option = setsockopt(&socket, sockopt::RxqOvfl, &1);
    step("asking for drop counts", option.map_err(io::Error::from))?;
    let option = setsockopt(&socket, sockopt::ReceiveTimestampns, &true);
    step("asking for arrival times", option.map_err(io::Error::from))?;
    step("switching to non-blocking", socket.set_nonblocking(true))?;
    let socket = step("registering with the event loop", sys::register(socket))?;
    Ok(Opened {
        socket: Arc::new(socket),
        role,
    })
}

/// Names what was tried, and turns the kernel's refusals into what an operator can act on.
fn step<T>(step: &'static str, result: io::Result<T>) -> Result<T, Reason> {
    result.map_err(|source| match source.kind() {
        io::ErrorKind::PermissionDenied => {
            let capability = match step {
                "binding the UDP socket" => "CAP_NET_BIND_SERVICE",
                _ => "CAP_NET_RAW",
            };
            Reason::Capability {
                capability,
                step,
                source,
            }
        }
        io::ErrorKind::AddrInUse => Reason::PortInUse { step },
        _ => Reason::Io { step, source },
    })
}
