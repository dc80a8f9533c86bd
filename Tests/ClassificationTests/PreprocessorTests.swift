import Imaging
import Testing

@testable import Classification

/// What the preprocessing promises, on pictures drawn here.
struct PreprocessorTests {
  private let shirt = Scene.shirt(x: 0.3, y: 0.25, width: 0.4, height: 0.4)

  @Test func darkShapeOnWhiteIsNegatedAndFillsTheInput() throws {
    let input = prepared(.shape(.init(40, 40, 60), on: Scene.white, where: shirt))
    #expect(input.measurements.isNegated)
    #expect(input.measurements.background == SIMD3(255, 255, 255))
    #expect(input.measurements.borderUniformity == 1)
    let inked = try #require(input.inked)
    #expect(inked.rows == 0...27)
    #expect(input.pixel(column: 14, row: 14) > 200)
    #expect(input.pixel(column: 2, row: 24) == 0)
  }

  @Test func lightShapeOnBlackIsNotNegated() {
    let input = prepared(.shape(.init(220, 220, 220), on: Scene.black, where: shirt))
    #expect(!input.measurements.isNegated)
    #expect(input.pixel(column: 14, row: 14) > 200)
    #expect(input.pixel(column: 2, row: 24) == 0)
  }

  @Test func polarityDoesNotChangeTheShape() {
    let dark = prepared(.shape(.init(30, 30, 30), on: Scene.white, where: shirt))
    let light = prepared(.shape(.init(225, 225, 225), on: Scene.black, where: shirt))
    #expect(dark.difference(from: light) < 1)
  }

  @Test func theSubjectsBoxIsTheShapes() throws {
    let input = prepared(.shape(.init(40, 40, 60), on: Scene.white, where: shirt))
    #expect(input.measurements.subject == PixelBox(x: 72, y: 80, width: 96, height: 128))
  }

  /// How light falls on a seamless ground.
  enum Light: CaseIterable {
    /// From the upper left: 30 levels from corner to corner.
    case slanted
    /// In the middle: 28 levels down to the corners.
    case vignette

    func level(_ x: Double, _ y: Double) -> Double {
      switch self {
      case .slanted: return 250 - 20 * x - 10 * y
      case .vignette:
        let (dx, dy) = (x - 0.5, y - 0.5)
        return 250 - 56 * (dx * dx + dy * dy)
      }
    }
  }

  @Test(arguments: Light.allCases)
  func softlyLitGroundBecomesZero(light: Light) {
    let scene = Scene { [shirt] x, y in
      shirt(x, y) ? .init(90, 30, 30) : .init(repeating: light.level(x, y))
    }
    let input = prepared(scene)
    let flat = prepared(.shape(.init(90, 30, 30), on: Scene.white, where: shirt))
    #expect(input.measurements.borderUniformity == 1)
    let ground = flat.pixels.indices.filter { flat.pixels[$0] == 0 }
    #expect(ground.allSatisfy { input.pixels[$0] <= 2 })
    #expect(input.difference(from: flat) < 8)
  }

  @Test func noisyGroundBecomesZero() {
    // A fixed pattern of -4 to 4 levels, as sensor noise and JPEG leave it.
    var image = Scene.shape(.init(60, 60, 60), on: .init(235, 235, 235), where: shirt)
      .image(width: 240, height: 320)
    let noisy = image.pixels.enumerated().map { index, value in
      UInt8(Int(value) + (index / 3 &* 7919 % 9) - 4)
    }
    image = RGBImage(width: 240, height: 320, pixels: noisy)
    var preprocessor = Preprocessor()
    let input = preprocessor.prepare(image)
    #expect(input.pixel(column: 2, row: 24) <= 2)
    #expect(input.measurements.subject == PixelBox(x: 72, y: 80, width: 96, height: 128))
  }

  @Test(arguments: [246.0, 240, 225])
  func lightGarmentOnWhiteSurvives(level: Double) throws {
    let input = prepared(.shape(.init(repeating: level), on: Scene.white, where: shirt))
    #expect(try #require(input.inked).rows == 0...27)
    #expect(input.measurements.subject == PixelBox(x: 72, y: 80, width: 96, height: 128))
  }

  @Test func lightGarmentIsNotTakenForItsDarkLabel() {
    let label = Scene.rectangle(x: 0.47, y: 0.27, width: 0.06, height: 0.03)
    let input = prepared(
      Scene { [shirt] x, y in
        label(x, y) ? .init(20, 20, 20) : shirt(x, y) ? .init(247, 247, 247) : Scene.white
      })
    #expect(input.measurements.subject == PixelBox(x: 72, y: 80, width: 96, height: 128))
  }

  @Test func whiteGarmentOnGrayIsNoHole() {
    let input = prepared(.shape(.init(250, 250, 250), on: .init(190, 190, 190), where: shirt))
    #expect(input.pixel(column: 14, row: 14) > 200)
    #expect(input.pixel(column: 2, row: 24) == 0)
  }

  @Test func tallSubjectIsCentredAndPadded() throws {
    let tall = Scene.rectangle(x: 0.1, y: 0.1, width: 0.2, height: 0.6)
    let inked = try #require(prepared(.shape(Scene.black, on: Scene.white, where: tall)).inked)
    // 48 x 192 pixels: 7 x 28.
    #expect(inked.rows == 0...27)
    #expect(inked.columns == 10...16)
  }

  @Test func wideSubjectIsCentredAndPadded() throws {
    let wide = Scene.rectangle(x: 0.1, y: 0.6, width: 0.8, height: 0.15)
    let inked = try #require(prepared(.shape(Scene.black, on: Scene.white, where: wide)).inked)
    // 192 x 48 pixels: 28 x 7.
    #expect(inked.columns == 0...27)
    #expect(inked.rows == 10...16)
  }

  @Test(arguments: [Scene.white, Scene.black, .init(120, 140, 200)])
  func blankPictureHasNoSubject(colour: Scene.Colour) {
    let input = prepared(Scene { _, _ in colour })
    #expect(input.measurements.subject == nil)
    #expect(input.pixels.allSatisfy { $0 == 0 })
  }

  @Test func dustIsNoSubject() {
    let dust = Scene.rectangle(x: 0.5, y: 0.5, width: 1.0 / 240, height: 1.0 / 320)
    #expect(prepared(.shape(Scene.black, on: Scene.white, where: dust)).measurements.subject == nil)
  }

  @Test func mirroredPhotoGivesTheMirroredInput() {
    let shoe = { (x: Double, y: Double) in
      (0.2...0.8).contains(x) && (0.4...0.7).contains(y) && (y > 0.55 || x > 0.55)
    }
    let one = prepared(.shape(.init(80, 20, 20), on: Scene.white, where: shoe))
    let other = prepared(.shape(.init(80, 20, 20), on: Scene.white) { x, y in shoe(1 - x, y) })
    for row in 0..<28 {
      for column in 0..<28 {
        #expect(
          abs(one.pixel(column: column, row: row) - other.pixel(column: 27 - column, row: row)) <= 1
        )
      }
    }
  }

  @Test(arguments: [(120, 160), (480, 640), (300, 400)])
  func sizeOfThePhotoHardlyMatters(width: Int, height: Int) {
    let scene = Scene.shape(.init(60, 90, 130), on: .init(245, 244, 240), where: shirt)
    #expect(prepared(scene).difference(from: prepared(scene, width: width, height: height)) < 3)
  }

  @Test func placeInThePhotoDoesNotMatter() {
    func at(x: Double, y: Double) -> PreparedInput {
      prepared(
        .shape(
          .init(60, 90, 130), on: Scene.white,
          where: Scene.shirt(x: x, y: y, width: 0.4, height: 0.4)))
    }
    #expect(at(x: 0.3, y: 0.25).pixels == at(x: 0.05, y: 0.5).pixels)
  }

  @Test func frameLineIsCutOff() {
    let framed = Scene { [shirt] x, y in
      let isFrame = min(x, 1 - x) * 240 < 2 || min(y, 1 - y) * 320 < 2
      return isFrame ? Scene.black : shirt(x, y) ? .init(40, 40, 60) : Scene.white
    }
    let input = prepared(framed)
    #expect(input.measurements.subject == PixelBox(x: 72, y: 80, width: 96, height: 128))
    #expect(input.measurements.background == SIMD3(255, 255, 255))
  }

  @Test func letterboxBarsAreCutOff() {
    let boxed = Scene { [shirt] x, y in
      !(0.15...0.85).contains(y)
        ? Scene.white : shirt(x, y) ? .init(40, 40, 60) : .init(200, 200, 205)
    }
    let input = prepared(boxed)
    #expect(input.measurements.subject == PixelBox(x: 72, y: 80, width: 96, height: 128))
    #expect(input.measurements.background == SIMD3(200, 200, 205))
  }

  /// A pale sleeve and its shadow cross the border: the pale colour is near enough to both white
  /// and the shadow, white is not near the shadow.
  @Test func sleeveAcrossTheBorderDoesNotMoveTheBackground() {
    let sleeve = Scene.rectangle(x: 0.3, y: 0, width: 0.4, height: 0.8)
    let input = prepared(
      Scene { x, y in
        guard sleeve(x, y) else { return Scene.white }
        return x < 0.5 ? .init(238, 241, 253) : .init(226, 230, 246)
      })
    #expect(input.measurements.background == SIMD3(255, 255, 255))
    #expect(input.measurements.borderUniformity < 1)
  }

  @Test func colourBetweenGroundAndSubjectIsNotTheBackground() {
    // Black trousers lie over two sides, and a gray label in a corner: gray is nearest to the whole
    // border on average, and next to none of it.
    let scene = Scene { x, y in
      if x > 0.75 && y < 0.1 { return .init(150, 150, 150) }
      let isBlack = (0.05...0.95).contains(x) && y > 0.7 || (0.3...0.95).contains(y) && x < 0.4
      return isBlack ? Scene.black : Scene.white
    }
    let measurements = prepared(scene).measurements
    #expect(measurements.background == SIMD3(255, 255, 255))
    #expect((0.5...0.6).contains(measurements.borderUniformity))
  }

  @Test func edgesInsideTheSubjectAreSharpened() {
    let square = Scene.rectangle(x: 0.2, y: 0.2, width: 0.6, height: 0.45)
    let input = prepared(
      Scene { x, y in
        square(x, y) ? .init(repeating: x < 0.5 ? 150 : 60) : Scene.white
      })
    // 144 x 144 pixels, the two grays meet between columns 13 and 14.
    #expect(input.pixel(column: 13, row: 14) < input.pixel(column: 6, row: 14) - 8)
    #expect(input.pixel(column: 14, row: 14) > input.pixel(column: 20, row: 14) + 8)
  }

  @Test func clutterIsNotUniform() {
    let tiles = Scene { x, y in
      .init(repeating: Double((Int(x * 12) * 31 + Int(y * 16) * 57) % 5) * 60)
    }
    #expect(prepared(tiles).measurements.borderUniformity < 0.6)
  }

  @Test(arguments: [(0, 0), (1, 1), (1, 40), (3, 2), (2, 500)])
  func smallestPicturesAreNoTrouble(width: Int, height: Int) {
    let black = RGBImage(
      width: width, height: height, pixels: [UInt8](repeating: 0, count: 3 * width * height))
    var preprocessor = Preprocessor()
    #expect(preprocessor.prepare(black).measurements.subject == nil)
  }

  @Test func whatWasPreparedBeforeHasNoInfluence() {
    let scene = Scene.shape(.init(60, 90, 130), on: Scene.white, where: shirt)
    var preprocessor = Preprocessor()
    var input = preprocessor.prepare(
      Scene.shape(
        .init(250, 200, 9), on: Scene.black,
        where: Scene.rectangle(
          x: 0, y: 0.2, width: 0.9, height: 0.7)
      ).image(width: 400, height: 300))
    preprocessor.prepare(scene.image(width: 240, height: 320), into: &input)
    #expect(input == prepared(scene))
  }
}
