import CKernels

/// Where a feature map lies in memory and how: see `hangtag_map`.
struct BlockLayout: Sendable {
  static let block = Int(HANGTAG_BLOCK)

  let channels: Int
  let height: Int
  let width: Int
  /// From the start of an image to its first pixel, past the padding.
  let origin: Int
  /// Distances, in values.
  var image: Int
  let block: Int
  let row: Int
  let pixel: Int
  /// Whether all channels of a pixel lie side by side.
  let isInterleaved: Bool
  /// From the start of the memory to the first image.
  var offset = 0

  /// - Parameter isInterleaved: which of the two forms below.
  init(channels: Int, height: Int, width: Int, padding: Int, isInterleaved: Bool) {
    self =
      isInterleaved
      ? BlockLayout(interleaved: channels, height: height, width: width, padding: padding)
      : BlockLayout(blocksOf: channels, height: height, width: width, padding: padding)
  }

  /// Blocks of 16 channels, each with `padding` zeros around its rows and columns.
  init(blocksOf channels: Int, height: Int, width: Int, padding: Int) {
    let paddedWidth = width + 2 * padding
    let paddedHeight = height + 2 * padding
    self.channels = channels
    self.height = height
    self.width = width
    pixel = Self.block
    row = paddedWidth * pixel
    block = paddedHeight * row
    image = Self.blocks(channels) * block
    origin = padding * row + padding * pixel
    isInterleaved = false
  }

  /// All channels of a pixel side by side, with padding: for a network's input, whose few channels
  /// would waste most of a block. A convolution sees a kernel row of such pixels as the channels
  /// of one.
  init(interleaved channels: Int, height: Int, width: Int, padding: Int) {
    self.channels = channels
    self.height = height
    self.width = width
    pixel = channels
    row = (width + 2 * padding) * pixel
    block = Self.block
    image = Self.roundedUp((height + 2 * padding) * row)
    origin = padding * row + padding * pixel
    isInterleaved = true
  }

  /// The number of blocks that hold the given number of channels.
  static func blocks(_ channels: Int) -> Int { (channels + block - 1) / block }

  /// The channels with those that fill up the last block.
  static func roundedUp(_ channels: Int) -> Int { blocks(channels) * block }

  /// The map of the images in the given memory.
  func map(in base: UnsafeMutablePointer<Float>, firstImage: Int = 0) -> hangtag_map {
    unsafe hangtag_map(
      data: base + offset + firstImage * image + origin, image: image, block: block, row: row,
      pixel: pixel)
  }

  /// Whether there are numbers that no kernel writes, and that must be zero: the padding, and channels
  /// that fill up the last block.
  var hasUnwritten: Bool { origin > 0 || channels % Self.block != 0 }

  /// Sets the numbers that no kernel writes to zero.
  func clearUnwritten(in base: UnsafeMutablePointer<Float>, images: Int) {
    let paddedHeight = block / row
    let padding = (paddedHeight - height) / 2
    for block in 0..<images * blocks {
      let start =
        unsafe base + offset + block / blocks * image + block % blocks * self.block
      guard channels % Self.block == 0 else {
        unsafe start.update(repeating: 0, count: self.block)
        continue
      }
      // Up to the first pixel, then from the end of each row to the beginning of the next.
      unsafe start.update(repeating: 0, count: origin)
      for y in 1..<max(height, 1) {
        unsafe (start + origin + y * row - 2 * padding * pixel)
          .update(repeating: 0, count: 2 * padding * pixel)
      }
      unsafe (start + self.block - origin).update(repeating: 0, count: origin)
    }
  }

  private var blocks: Int { Self.blocks(channels) }

  /// The images as rows of a matrix, one pixel each. Only for lists of features.
  func rows(in base: UnsafeMutablePointer<Float>, firstImage: Int = 0) -> hangtag_map {
    unsafe hangtag_map(
      data: base + offset + firstImage * image + origin, image: 0, block: block, row: 0,
      pixel: image)
  }

  /// All of some images.
  func extent(images: Int) -> hangtag_extent {
    hangtag_extent(
      images: Int32(images), channels: Int32(channels), height: Int32(height), width: Int32(width))
  }
}
