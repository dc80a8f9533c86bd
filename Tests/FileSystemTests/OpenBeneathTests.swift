import CLinux
import FileSystem
import Glibc
import SystemPackage
import Testing

/// systemd's RestrictSUIDSGID= forbids openat2(2), so under the unit the steps are what is used.
@Suite struct OpenBeneathTests {
  @Test(
    "Opening in steps finds and refuses what openat2 does",
    arguments: [
      "inside", "inside/deeper", "inside//deeper/", "inside/./deeper", ".", "secret", "secret/",
      "secret/below", "missing", "missing/below", "out", "out/inside", "inside/out/secret",
      "inside/file", "..", "inside/deeper/../../..", "/", "/etc/passwd", "",
      String(repeating: "n", count: 256),
    ])
  func sameAsOpenat2(name: String) throws {
    let folder = try TestFolder()
    let directory = try folder.open()
    try directory.makeDirectories("inside/deeper")
    try folder.write("secret", "x")
    #expect(folder.link("out", to: "."))
    #expect(folder.link("inside/out", to: folder.path))
    #expect(folder.link("inside/file", to: "../secret"))
    for flags in [O_RDONLY | O_DIRECTORY, O_RDONLY | O_NOFOLLOW] {
      let byKernel = unsafe outcome(of: linux_open_beneath(directory.descriptor, name, flags))
      let inSteps = unsafe outcome(of: linux_open_in_steps(directory.descriptor, name, flags))
      #expect(inSteps == byKernel)
    }
  }

  /// The opened file's inode, or the error number, negated.
  private func outcome(of descriptor: Int32) -> Int64 {
    guard descriptor >= 0 else { return -Int64(errno) }
    defer { close(descriptor) }
    var status = stat()
    unsafe fstat(descriptor, &status)
    return Int64(status.st_ino)
  }
}
