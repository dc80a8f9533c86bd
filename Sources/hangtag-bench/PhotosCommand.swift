import ArgumentParser
import FileSystem
import Imaging
import SamplePhotos
import SystemPackage

/// `hangtag-bench photos`: fills a folder with a workload.
struct PhotosCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "photos", abstract: "Makes the photos of a workload, the same every time.")

  /// What the photos are.
  enum Workload: String, ExpressibleByArgument, CaseIterable {
    /// JPEGs of 1 to 2 megapixels.
    case baseline
    /// The same, progressive.
    case progressive
    /// PNGs of 1 to 2 megapixels.
    case png
    /// JPEGs of 400 x 533.
    case small

    fileprivate var encoding: PhotoEncoding {
      var jpeg = JPEGEncoding()
      jpeg.isProgressive = self == .progressive
      return self == .png ? .png(PNGEncoding()) : .jpeg(jpeg)
    }
  }

  /// So many different pictures are drawn; photos are different cuts out of them, because drawing
  /// takes much longer than encoding.
  private static let pictures = 12
  private static let pictureEdge = 2000

  @Argument(help: "baseline, progressive, png or small.")
  var workload: Workload

  @Argument(help: "How many.")
  var count: Int

  @Argument(help: "The folder, which is made.")
  var folder: String

  func run() throws {
    try Directory(".").makeDirectories(FilePath(folder))
    let target = try Directory(FilePath(folder))
    for picture in 0..<Self.pictures {
      // Those that are drawn in this round.
      let numbers = stride(from: picture, to: count, by: Self.pictures)
      guard picture < count else { break }
      let whole = PhotographicPicture.render(
        width: Self.pictureEdge, height: Self.pictureEdge, seed: UInt64(picture))
      for number in numbers {
        let photo = cut(number, from: whole)
        let name = FilePath("\(workload.rawValue)-\(number).\(workload.encoding.fileExtension)")
        try target.create(name).write(workload.encoding.encode(photo).span)
      }
    }
  }

  /// One photo: a random part of the picture, of a random size within the workload's.
  private func cut(_ number: Int, from whole: RGBImage) -> RGBImage {
    var generator = SeededGenerator(seed: UInt64(number))
    var (width, height) = (400, 533)
    if workload != .small {
      let shapes = [(3, 4), (1, 1), (4, 3), (4, 5)]
      let shape = shapes[number % shapes.count]
      let pixels = Double.random(in: 1_000_000...2_000_000, using: &generator)
      let unit = (pixels / Double(shape.0 * shape.1)).squareRoot()
      (width, height) = (Int(unit * Double(shape.0)), Int(unit * Double(shape.1)))
    }
    return whole.cut(
      x: .random(in: 0...whole.width - width, using: &generator),
      y: .random(in: 0...whole.height - height, using: &generator), width: width, height: height)
  }
}

extension RGBImage {
  /// A part of the picture.
  fileprivate func cut(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> RGBImage {
    var part: [UInt8] = []
    part.reserveCapacity(3 * newWidth * newHeight)
    for row in y..<y + newHeight {
      let start = 3 * (row * width + x)
      part += pixels[start..<start + 3 * newWidth]
    }
    return RGBImage(width: newWidth, height: newHeight, pixels: part)
  }
}
