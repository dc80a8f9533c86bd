import CCodecs

/// The decoder of PNGs, owned.
@safe struct PNGCodec: PictureCodec, ~Copyable {
  static var format: ImageFormat { .png }

  private let handle: OpaquePointer

  init() {
    guard let handle = unsafe codec_png_create() else { preconditionFailure("memory is out") }
    unsafe self.handle = handle
  }

  deinit {
    unsafe codec_png_destroy(handle)
  }

  func open(_ bytes: UnsafeBufferPointer<UInt8>, limits: codec_limits) -> OpenedPicture {
    var picture = unsafe codec_picture()
    let status = unsafe withUnsafePointer(to: limits) { limits in
      unsafe codec_png_open(
        handle, bytes.baseAddress, bytes.count, limits, Self.minimumEdge, &picture)
    }
    return unsafe OpenedPicture(status: status, picture: picture)
  }

  func read(into pixels: UnsafeMutableBufferPointer<UInt8>) -> codec_status {
    unsafe codec_png_read(handle, pixels.baseAddress)
  }

  func close() {
    unsafe codec_png_close(handle)
  }

  var message: String {
    unsafe String(cString: codec_png_message(handle))
  }
}
