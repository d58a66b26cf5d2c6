//! What the kernel dropped at our sockets: answers lost here must not be charged to the server.

use std::collections::HashSet;
use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use socket2::Socket;

/// Columns of `/proc/net/udp`.
const INODE: usize = 9;
const DROPS: usize = 12;

/// Packets dropped at these sockets so far; 0 where the kernel does not tell.
pub(super) fn of(sockets: &[Socket]) -> u64 {
    let inode = |socket: &Socket| {
        let path = format!("/proc/self/fd/{}", socket.as_raw_fd());
        fs::metadata(path).ok().map(|metadata| metadata.ino())
    };
    let inodes: HashSet<u64> = sockets.iter().filter_map(inode).collect();
    let tables = ["/proc/self/net/udp", "/proc/self/net/udp6"];
    let texts = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
    texts.iter().map(|text| sum(text, &inodes)).sum()
}

fn sum(table: &str, inodes: &HashSet<u64>) -> u64 {
    let drops = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let inode = columns.get(INODE)?.parse().ok()?;
        let drops = columns.get(DROPS)?.parse::<u64>().ok()?;
        inodes.contains(&inode).then_some(drops)
    };
    table.lines().skip(1).filter_map(drops).sum()
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    #[test]
    fn what_nobody_takes_is_counted_at_its_socket_alone() {
        let (socket, other) = (
            UdpSocket::bind("127.0.0.1:0").unwrap(),
            UdpSocket::bind("127.0.0.1:0").unwrap(),
        );
        let address = socket.local_addr().unwrap();
        let sockets = [Socket::from(socket)];
        sockets[0].set_recv_buffer_size(4096).unwrap();
        assert_eq!(of(&sockets), 0);
        for _ in 0..200 {
            other.send_to(&[0; 1000], address).unwrap();
        }
        assert!(of(&sockets) > 100);
        assert_eq!(of(&[Socket::from(other)]), 0);
    }
}
