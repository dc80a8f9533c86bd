import FoundationEssentials
import Imaging
import NeuralNetwork
import Classification
import Testing

@testable import Training

@Suite struct ReportTests {
  @Test func aPictureIsAPNGThatOurOwnDecoderReads() throws {
    let pixels = (0..<12).map { UInt8($0 * 20) }
    let bytes = PNGEncoder.encode(pixels: pixels, width: 4, height: 3)
    var decoder = ImageDecoder()
    var image = RGBImage()
    let info = try decoder.decode(bytes.span, into: &image)
    #expect(info == ImageInfo(format: .png, width: 4, height: 3))
    #expect(image.pixels == pixels.flatMap { [$0, $0, $0] })
  }

  @Test(
    arguments: [
      (0.0...1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0...60, [0, 10, 20, 30, 40, 50, 60]),
      (0.87...0.95, [0.88, 0.9, 0.92, 0.94]),
    ])
  func axesHaveRoundNumbers(range: ClosedRange<Double>, ticks: [Double]) {
    let found = Plot.ticks(range, about: 6)
    #expect(found.count == ticks.count)
    #expect(zip(found, ticks).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  private func page() throws -> String {
    let labels = ["T-shirt/top", "<b>&\"", "left"]
    let samples = Samples.images(perClass: 4)
    let images = ImageSet(
      pixels: samples.pixels, labels: samples.labels, labelNames: labels, name: "data")
    let probabilities: [Float] = (0..<12).flatMap { index -> [Float] in
      index == 0 ? [0.1, 0.8, 0.1] : [[0.9, 0.1, 0], [0, 0.7, 0.3], [0.2, 0.2, 0.6]][index % 3]
    }
    let predictions = Predictions(
      probabilities: probabilities, labels: images.labels, classCount: 3)
    let network = try Architecture(
      inputShape: [1, 28, 28],
      layers: [
        .flatten, .linear(.init(name: "a", inputFeatures: 784, outputFeatures: 3, bias: true)),
      ])
    let history = (1...3).map {
      """
      {"epoch":\($0),"learning_rate":0.1,"training_loss":0.5,"training_accuracy":0.8,\
      "validation_loss":0.4,"validation_accuracy":0.85,"seconds":1}
      """
    }
    let model = try Model(
      name: "my model", architecture: network, labels: labels,
      input: InputSpecification(preprocessing: 1),
      training: "{\"history\":[\(history.joined(separator: ","))]}",
      parameters: [
        "a.weight": Tensor(shape: [3, 784], repeating: 0),
        "a.bias": Tensor(shape: [3], repeating: 0),
      ])
    let evaluation = Evaluation(
      images: images, predictions: predictions,
      result: EvaluationResult(
        predictions, labels: labels,
        decisions: DecisionSummary(
          predictions, nil, strangers: nil, policy: DecisionPolicy())))
    return ReportPage(evaluation, model: model).html
  }

  @Test func thePageIsWholeWithoutScriptOrOtherFiles() throws {
    let page = try page()
    #expect(!page.contains("<script"))
    #expect(!page.contains("http:") && !page.contains("https:"))
    // Two curves, the matrix, the bars, the reliability diagram, the risk-coverage curve.
    #expect(page.components(separatedBy: "<svg").count - 1 == 6)
    // A strip a category and the one mistake.
    #expect(page.components(separatedBy: "data:image/png;base64,").count - 1 == 4)
    #expect(page.contains("is labelled <b>T-shirt/top</b> 10.0%"))
  }

  @Test func labelsCannotBecomeMarkup() throws {
    let page = try page()
    #expect(!page.contains("<b>&\""))
    #expect(page.contains("&lt;b&gt;&amp;&quot;"))
  }

  @Test func everyTagIsClosed() throws {
    let page = try page()
    for tag in ["svg", "figure", "div", "section", "text", "table", "tr", "td", "small", "title"] {
      let opened =
        page.components(separatedBy: "<\(tag)>").count
        + page.components(separatedBy: "<\(tag) ").count - 2
      #expect(opened == page.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
    }
  }
}
