import SamplePhotos
import Testing

@Suite struct PhotographicPictureTests {
  private let picture = PhotographicPicture.render(width: 1000, height: 750, seed: 1)

  @Test("Benchmark pictures cost as many bits as photographs do")
  func bitsPerPixel() {
    // Photographs of quality 85 and 4:2:0 take 1 to 2 bits a pixel.
    let bits = Double(8 * JPEGEncoding().encode(picture).count) / 750_000
    #expect((1...1.6).contains(bits), "\(bits) bits a pixel")
  }

  /// Noise has no flat part, and each tenth of its blocks has about a tenth of the contrast.
  @Test("Benchmark pictures have flat parts and busy parts, as photographs have")
  func flatAndBusyParts() {
    var variances: [Double] = []
    for top in stride(from: 0, to: 744, by: 8) {
      for left in stride(from: 0, to: 1000, by: 8) {
        let levels = (0..<64).map {
          Double(picture.pixels[3 * ((top + $0 / 8) * 1000 + left + $0 % 8) + 1])
        }
        let mean = levels.reduce(0, +) / 64
        variances.append(levels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 64)
      }
    }
    variances.sort(by: >)
    let flat = Double(variances.count { $0 < 2.25 }) / Double(variances.count)
    let busiest = variances.prefix(variances.count / 10).reduce(0, +) / variances.reduce(0, +)
    #expect((0.2...0.8).contains(flat), "\(flat) of the blocks are flat")
    #expect(busiest > 0.5, "the busiest tenth has \(busiest) of the contrast")
  }

  @Test("The same seed draws the same picture")
  func deterministic() {
    let picture = PhotographicPicture.render(width: 40, height: 30, seed: 5)
    #expect(picture == PhotographicPicture.render(width: 40, height: 30, seed: 5))
    #expect(picture != PhotographicPicture.render(width: 40, height: 30, seed: 6))
  }
}
