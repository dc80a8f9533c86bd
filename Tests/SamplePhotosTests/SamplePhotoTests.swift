import Imaging
import SamplePhotos
import Testing

/// The drawn photos look like a shop's, and the article in them is the data set's.
@Suite struct SamplePhotoTests {
  /// A trouser-like article: two bright legs on black.
  private let article: [UInt8] = (0..<784).map { index in
    let (x, y) = (index % 28, index / 28)
    let isLeg = (8..<13).contains(x) || (15..<20).contains(x)
    return (3..<26).contains(y) && (isLeg || y < 8 && (8..<20).contains(x)) ? UInt8(200 - x) : 0
  }

  private func gray(_ photo: RGBImage, _ x: Int, _ y: Int) -> Int {
    photo.pixels[3 * (y * photo.width + x)..<3 * (y * photo.width + x) + 3].reduce(0) {
      $0 + Int($1)
    } / 3
  }

  @Test("The paper is nearly white at every edge, the article dark in the middle")
  func studio() {
    for seed in 0..<5 as Range<UInt64> {
      let photo = SamplePhoto.render(
        article: article, width: 150, height: 200, style: .init(seed: seed), seed: seed)
      #expect((photo.width, photo.height) == (150, 200))
      for x in 0..<150 { #expect(gray(photo, x, 0) > 242 && gray(photo, x, 199) > 242) }
      for y in 0..<200 { #expect(gray(photo, 0, y) > 242 && gray(photo, 149, y) > 242) }
      // The waistband lies above the middle.
      #expect(gray(photo, 75, 62) < 120)
    }
  }

  @Test("Shrunk to 28 x 28 and negated, the photo is the article again")
  func wayBack() {
    // Without hard edges, which enlarging would round off.
    let soft = (0..<784).map { index in
      let (dx, dy) = (index % 28 - 11, index / 28 - 15)
      return UInt8(max(0, 200 - 2 * dx * dx - dy * dy))
    }
    var style = SamplePhoto.Style()
    style.margin = 0
    style.shadow = 0
    style.ink = [1, 1, 1]
    style.background = [255, 255, 255]
    let photo = SamplePhoto.render(article: soft, width: 280, height: 280, style: style)
    for (index, wanted) in soft.enumerated() {
      let (left, top) = (index % 28 * 10, index / 28 * 10)
      let sum = (0..<100).reduce(0) { $0 + gray(photo, left + $1 % 10, top + $1 / 10) }
      #expect(abs(255 - sum / 100 - Int(wanted)) <= 6, "\(index % 28), \(index / 28)")
    }
  }

  @Test("The same seed draws the same photo, another seed another")
  func deterministic() {
    func photo(_ style: UInt64, _ seed: UInt64) -> RGBImage {
      SamplePhoto.render(
        article: article, width: 60, height: 80, style: .init(seed: style), seed: seed)
    }
    #expect(photo(1, 1) == photo(1, 1))
    #expect(photo(1, 1) != photo(1, 2))
    #expect(photo(1, 1) != photo(2, 1))
  }

  @Test("A sample photo survives both formats")
  func encodings() throws {
    let photo = SamplePhoto.render(article: article, width: 60, height: 80)
    var decoder = ImageDecoder()
    var image = RGBImage()
    let encodings: [PhotoEncoding] = [.jpeg(JPEGEncoding()), .png(PNGEncoding())]
    for encoding in encodings {
      let bytes = encoding.encode(photo)
      let info = try decoder.decode(bytes.span, into: &image)
      #expect((info.width, info.height) == (60, 80))
      #expect(info.format == (encoding.fileExtension == "png" ? .png : .jpeg))
      let difference = zip(image.pixels, photo.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      #expect(difference / photo.pixels.count <= (info.format == .png ? 0 : 3))
    }
  }
}
