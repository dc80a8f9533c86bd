import CLinux
import Glibc

/// What kind of file system a directory lies on, as far as Hangtag needs it.
public struct FileSystemFacts: Sendable, Equatable {
  /// The kernel's number for the type, from `linux/magic.h`.
  public let type: UInt32
  /// The longest name of one component, in bytes.
  public let nameLimit: Int

  /// The type's name where other machines can change files behind this kernel's back, so that no
  /// event ever tells of it; nil for the rest.
  public var remoteType: String? {
    switch type {
    case 0x6969: "NFS"
    case 0x517b, 0xfe53_4d42, 0xff53_4d42: "SMB"
    case 0x6573_5546: "FUSE"
    case 0x0102_1997: "9P"
    case 0x00c3_6400: "Ceph"
    case 0x5346_414f, 0x6b41_4653: "AFS"
    case 0x7375_7245: "Coda"
    case 0x786f_4256: "VirtualBox shared folder"
    case 0xbacb_acbc: "VMware shared folder"
    case 0x0bd0_0bd0: "Lustre"
    case 0x4750_4653: "GPFS"
    case 0x0116_1970: "GFS2"
    case 0x7461_636f: "OCFS2"
    default: nil
    }
  }
}

extension FileSystemFacts {
  /// Whether one call that syncs the whole file system makes everything as durable as a sync of each
  /// file and directory would. That is so where the disk is this machine's and its journal is one for
  /// all; others, such as FUSE, hear of a file's sync only.
  public var syncsAsAWhole: Bool {
    switch type {
    case 0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010: true  // ext4, XFS, Btrfs, F2FS
    default: false
    }
  }
}

extension Directory {
  /// What kind of file system this directory lies on.
  public func fileSystem() throws(FileSystemError) -> FileSystemFacts {
    var raw = statfs()
    try once("fstatfs", path) { unsafe fstatfs(descriptor, &raw) }
    // Some file systems count in other units; Linux itself takes no more than NAME_MAX bytes.
    let limit = raw.f_namelen > 0 ? min(Int(raw.f_namelen), Int(NAME_MAX)) : Int(NAME_MAX)
    return FileSystemFacts(type: UInt32(truncatingIfNeeded: raw.f_type), nameLimit: limit)
  }
}
