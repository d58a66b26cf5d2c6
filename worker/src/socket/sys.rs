//! The system calls that no safe wrapper offers: link-layer addresses, packet auxiliary data, and
//! receiving and sending many packets at once with per-packet ancillary data.
//!
//! Nothing here knows DHCP. Everything unsafe in Murre is in this file.
#![allow(unsafe_code)] // AF_PACKET addresses and recvmmsg/sendmmsg with ancillary data need libc

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::{null_mut, read_unaligned, write_unaligned};
use std::time::Duration;

use socket2::{SockAddr, SockAddrStorage, Socket};
use tokio::io::unix::AsyncFd;

/// Most packets one call receives or sends.
pub(super) const BATCH: usize = 64;

/// Room for one datagram: the largest an IP packet can be, so none is ever cut.
const SLOT: usize = 65_536;

/// Room for the ancillary data of one packet, in words so that it is aligned.
const CONTROL_WORDS: usize = 24;

/// Binds a packet socket to one interface; from here on it receives IPv4 packets.
pub(super) fn bind_packet(fd: BorrowedFd<'_>, interface: u32) -> io::Result<()> {
    let address = link_address(interface, None);
    // SAFETY: `address` holds a valid sockaddr of the length given beside it.
    check(unsafe { libc::bind(fd.as_raw_fd(), address.as_ptr().cast(), address.len()) })?;
    Ok(())
}

/// Asks for `tpacket_auxdata` with each packet: it says whether the checksum is filled in yet.
pub(super) fn set_packet_auxdata(fd: BorrowedFd<'_>) -> io::Result<()> {
    let on: libc::c_int = 1;
    // SAFETY: the option value is a c_int that lives through the call, with its size beside it.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_AUXDATA,
            (&raw const on).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    })?;
    Ok(())
}

/// Hands a socket to the runtime's event loop. Must be called inside the runtime.
pub(super) fn register(socket: Socket) -> io::Result<AsyncFd<Socket>> {
    // SAFETY: a `Socket` owns its file descriptor, always names the same one, and nothing closes or
    // replaces it while the AsyncFd owns the `Socket`.
    Ok(unsafe { AsyncFd::register(socket) }?)
}

/// Where a packet came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// An IP socket: address and port.
    Inet(SocketAddr),
    /// A packet socket.
    Link {
        /// Index of the interface the packet belongs to (a VLAN interface, not its parent).
        interface: u32,
        /// Hardware address of the sender, when it has six bytes.
        address: Option<[u8; 6]>,
    },
}

/// What the kernel says beside a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ancillary {
    /// Interface index the packet arrived on (IP sockets with packet info switched on).
    pub(super) interface: Option<u32>,
    /// Address the packet was sent to (IPv4).
    pub(super) local_v4: Option<Ipv4Addr>,
    /// Address the packet was sent to (IPv6).
    pub(super) local_v6: Option<Ipv6Addr>,
    /// Flags of a packet socket (`TP_STATUS_*`).
    pub(super) status: u32,
    /// Packets this socket has dropped so far because its buffer was full.
    pub(super) dropped: Option<u32>,
    /// When the kernel got the packet, since 1970.
    pub(super) arrived: Option<Duration>,
}

impl Ancillary {
    /// True where the UDP checksum cannot or need not be verified: not filled in yet (the packet
    /// was made on this host, as on a veth pair) or already found right by the hardware.
    pub(super) fn checksum_settled(&self) -> bool {
        self.status & (libc::TP_STATUS_CSUMNOTREADY | libc::TP_STATUS_CSUM_VALID) != 0
    }

    /// True for a frame that carries a VLAN tag and so belongs to another interface.
    pub(super) fn tagged(&self) -> bool {
        self.status & libc::TP_STATUS_VLAN_VALID != 0
    }
}

/// One packet of a batch.
#[derive(Debug)]
pub(super) struct Received<'a> {
    /// The packet: an IP packet from a packet socket, a UDP payload from an IP socket.
    pub(super) data: &'a [u8],
    /// Where it came from; `None` when the kernel gave an address of an unknown kind.
    pub(super) origin: Option<Origin>,
    /// What the kernel says beside it.
    pub(super) ancillary: Ancillary,
}

/// Buffers for one `recvmmsg` call, made once and used again.
///
/// The memory is reserved, not touched: pages become resident only as packets fill them.
pub(super) struct ReceiveBatch {
    data: Vec<u8>,
    control: Vec<[u64; CONTROL_WORDS]>,
    names: Vec<libc::sockaddr_storage>,
}

impl ReceiveBatch {
    /// Reserves room for [`BATCH`] packets.
    pub(super) fn new() -> ReceiveBatch {
        ReceiveBatch {
            data: vec![0; BATCH * SLOT],
            control: vec![[0; CONTROL_WORDS]; BATCH],
            // SAFETY: sockaddr_storage is plain data for which all zeroes is valid.
            names: vec![unsafe { zeroed() }; BATCH],
        }
    }

    /// Receives what waits, at most [`BATCH`] packets, without blocking, and hands each to `each`.
    ///
    /// Returns how many there were; `WouldBlock` when there was none.
    pub(super) fn receive(
        &mut self,
        fd: BorrowedFd<'_>,
        mut each: impl FnMut(Received<'_>),
    ) -> io::Result<usize> {
        let base = self.data.as_mut_ptr();
        let mut slices: [libc::iovec; BATCH] = std::array::from_fn(|index| libc::iovec {
            iov_base: base.wrapping_add(index * SLOT).cast(),
            iov_len: SLOT,
        });
        let mut headers: [libc::mmsghdr; BATCH] = std::array::from_fn(|index| {
            // SAFETY: mmsghdr is plain data for which all zeroes is valid.
            let mut header: libc::mmsghdr = unsafe { zeroed() };
            header.msg_hdr.msg_name = (&raw mut self.names[index]).cast();
            header.msg_hdr.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            header.msg_hdr.msg_iov = &raw mut slices[index];
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = self.control[index].as_mut_ptr().cast();
            header.msg_hdr.msg_controllen = size_of::<[u64; CONTROL_WORDS]>() as _;
            header
        });
        // SAFETY: each header points at a name, one iovec and a control area that live through the
        // call and whose lengths stand beside them; each iovec covers its own slot of `data`.
        let count = check(unsafe {
            libc::recvmmsg(
                fd.as_raw_fd(),
                headers.as_mut_ptr(),
                BATCH as libc::c_uint,
                libc::MSG_DONTWAIT as _,
                null_mut(),
            )
        })?;
        for (index, header) in headers.iter().take(count).enumerate() {
            let length = (header.msg_len as usize).min(SLOT);
            each(Received {
                data: &self.data[index * SLOT..index * SLOT + length],
                origin: origin(&self.names[index], header.msg_hdr.msg_namelen),
                ancillary: ancillary(&header.msg_hdr),
            });
        }
        Ok(count)
    }
}

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Through an IP socket to this address and port.
    Inet(SocketAddr),
    /// Through a packet socket to this hardware address; the kernel writes the link-layer header.
    Link {
        /// Index of the interface to send on.
        interface: u32,
        /// Hardware address of the receiver.
        address: [u8; 6],
    },
}

/// One packet to send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing<'a> {
    /// What goes before `data` in the same packet (the IP and UDP headers), or nothing.
    pub(super) header: &'a [u8],
    /// The payload.
    pub(super) data: &'a [u8],
    /// Where it goes.
    pub(super) destination: Destination,
    /// IPv4 sockets: leave by this interface whatever the routing table says.
    pub(super) pin: Option<u32>,
}

/// Sends packets in order, at most [`BATCH`], without blocking; returns how many were taken.
///
/// An error is that of the first packet; a later packet's error shows when sending goes on there.
pub(super) fn send_many(fd: BorrowedFd<'_>, packets: &[Outgoing<'_>]) -> io::Result<usize> {
    let packets = &packets[..packets.len().min(BATCH)];
    let names: Vec<SockAddr> = packets
        .iter()
        .map(|packet| match packet.destination {
            Destination::Inet(address) => SockAddr::from(address),
            Destination::Link { interface, address } => link_address(interface, Some(address)),
        })
        .collect();
    let mut slices: Vec<[libc::iovec; 2]> = packets
        .iter()
        .map(|packet| [slice_of(packet.header), slice_of(packet.data)])
        .collect();
    let mut control: Vec<[u64; CONTROL_WORDS]> = vec![[0; CONTROL_WORDS]; packets.len()];
    let mut headers: Vec<libc::mmsghdr> = Vec::with_capacity(packets.len());
    for (index, packet) in packets.iter().enumerate() {
        // SAFETY: mmsghdr is plain data for which all zeroes is valid.
        let mut header: libc::mmsghdr = unsafe { zeroed() };
        header.msg_hdr.msg_name = names[index].as_ptr().cast_mut().cast();
        header.msg_hdr.msg_namelen = names[index].len();
        header.msg_hdr.msg_iov = slices[index].as_mut_ptr();
        header.msg_hdr.msg_iovlen = 2;
        if let Some(interface) = packet.pin {
            write_pin(&mut header.msg_hdr, &mut control[index], interface);
        }
        headers.push(header);
    }
    // SAFETY: each header points at a name, two iovecs and perhaps a control area that live
    // through the call, with their lengths beside them; sendmmsg only reads what they point at.
    check(unsafe {
        libc::sendmmsg(
            fd.as_raw_fd(),
            headers.as_mut_ptr(),
            headers.len() as libc::c_uint,
            libc::MSG_DONTWAIT as _,
        )
    })
}

/// Writes an IP_PKTINFO control message that names the interface and leaves the source address to
/// the socket.
fn write_pin(header: &mut libc::msghdr, control: &mut [u64; CONTROL_WORDS], interface: u32) {
    // SAFETY: in_pktinfo is plain data for which all zeroes is valid.
    let mut info: libc::in_pktinfo = unsafe { zeroed() };
    info.ipi_ifindex = interface as libc::c_int;
    let size = size_of::<libc::in_pktinfo>() as libc::c_uint;
    header.msg_control = control.as_mut_ptr().cast();
    // SAFETY: CMSG_SPACE and CMSG_LEN only calculate. The control area of CONTROL_WORDS words is
    // aligned for cmsghdr and larger than CMSG_SPACE(in_pktinfo), so CMSG_FIRSTHDR is not null and
    // CMSG_DATA points at room for the value.
    unsafe {
        header.msg_controllen = libc::CMSG_SPACE(size) as _;
        let message = libc::CMSG_FIRSTHDR(header);
        (*message).cmsg_level = libc::IPPROTO_IP;
        (*message).cmsg_type = libc::IP_PKTINFO;
        (*message).cmsg_len = libc::CMSG_LEN(size) as _;
        write_unaligned(libc::CMSG_DATA(message).cast(), info);
    }
}

fn slice_of(bytes: &[u8]) -> libc::iovec {
    libc::iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    }
}

/// A link-layer address of the IPv4 protocol on `interface`.
fn link_address(interface: u32, address: Option<[u8; 6]>) -> SockAddr {
    let mut storage = SockAddrStorage::zeroed();
    // SAFETY: sockaddr_ll is a sockaddr type and smaller than the storage, which is aligned for
    // any of them; all its fields are plain data.
    let link: &mut libc::sockaddr_ll = unsafe { storage.view_as() };
    link.sll_family = libc::AF_PACKET as libc::sa_family_t;
    link.sll_protocol = (libc::ETH_P_IP as u16).to_be();
    link.sll_ifindex = interface as libc::c_int;
    if let Some(address) = address {
        link.sll_halen = 6;
        link.sll_addr[..6].copy_from_slice(&address);
    }
    // SAFETY: the storage holds a valid sockaddr_ll of exactly this length.
    unsafe { SockAddr::new(storage, size_of::<libc::sockaddr_ll>() as libc::socklen_t) }
}

/// Reads the address the kernel wrote.
fn origin(name: &libc::sockaddr_storage, length: libc::socklen_t) -> Option<Origin> {
    if i32::from(name.ss_family) == libc::AF_PACKET {
        // SAFETY: the family says that the kernel wrote a sockaddr_ll; the storage is larger than
        // it, aligned for it, and was zeroed before.
        let link: libc::sockaddr_ll = unsafe { read_unaligned((&raw const *name).cast()) };
        let mut address = [0; 6];
        address.copy_from_slice(&link.sll_addr[..6]);
        return Some(Origin::Link {
            interface: link.sll_ifindex as u32,
            address: (link.sll_halen == 6).then_some(address),
        });
    }
    let mut storage = SockAddrStorage::zeroed();
    // SAFETY: the storage is as large as sockaddr_storage and all its fields are plain data.
    unsafe { *storage.view_as::<libc::sockaddr_storage>() = *name };
    // SAFETY: the kernel wrote the address and its length.
    unsafe { SockAddr::new(storage, length) }
        .as_socket()
        .map(Origin::Inet)
}

/// Reads the control messages of one received packet.
fn ancillary(header: &libc::msghdr) -> Ancillary {
    let mut found = Ancillary::default();
    // SAFETY: the kernel filled the control area and set its length; CMSG_FIRSTHDR and CMSG_NXTHDR
    // stay inside it, and each value is read only under the level and type that define its layout,
    // which the kernel writes whole.
    unsafe {
        let mut message = libc::CMSG_FIRSTHDR(header);
        while !message.is_null() {
            let data = libc::CMSG_DATA(message);
            match ((*message).cmsg_level, (*message).cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let info: libc::in_pktinfo = read_unaligned(data.cast());
                    found.interface = u32::try_from(info.ipi_ifindex).ok();
                    found.local_v4 = Some(Ipv4Addr::from(u32::from_be(info.ipi_addr.s_addr)));
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let info: libc::in6_pktinfo = read_unaligned(data.cast());
                    found.interface = Some(info.ipi6_ifindex as u32);
                    found.local_v6 = Some(Ipv6Addr::from(info.ipi6_addr.s6_addr));
                }
                (libc::SOL_PACKET, libc::PACKET_AUXDATA) => {
                    let aux: libc::tpacket_auxdata = read_unaligned(data.cast());
                    found.status = aux.tp_status;
                }
                (libc::SOL_SOCKET, libc::SO_RXQ_OVFL) => {
                    found.dropped = Some(read_unaligned(data.cast()));
                }
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    let stamp: libc::timespec = read_unaligned(data.cast());
                    found.arrived = since_1970(&stamp);
                }
                _ => {}
            }
            message = libc::CMSG_NXTHDR(header, message);
        }
    }
    found
}

fn since_1970(stamp: &libc::timespec) -> Option<Duration> {
    let seconds = u64::try_from(stamp.tv_sec).ok()?;
    Some(Duration::new(seconds, u32::try_from(stamp.tv_nsec).ok()?))
}

/// Turns a negative result into the error it stands for.
fn check(result: libc::c_int) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}
