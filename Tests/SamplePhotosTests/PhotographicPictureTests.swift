import SamplePhotos
import Testing

@Suite struct PhotographicPictureTests {
  @Test("Benchmark pictures cost as many bits as photographs do")
  func bitsPerPixel() {
    let picture = PhotographicPicture.render(width: 300, height: 200, seed: 1)
    let bits = 8 * JPEGEncoding().encode(picture).count
    // Photographs of quality 85 and 4:2:0 take 1 to 2 bits a pixel.
    #expect((60_000...120_000).contains(bits), "\(Double(bits) / 60_000) bits a pixel")
  }

  @Test("The same seed draws the same picture")
  func deterministic() {
    let picture = PhotographicPicture.render(width: 40, height: 30, seed: 5)
    #expect(picture == PhotographicPicture.render(width: 40, height: 30, seed: 5))
    #expect(picture != PhotographicPicture.render(width: 40, height: 30, seed: 6))
  }
}
