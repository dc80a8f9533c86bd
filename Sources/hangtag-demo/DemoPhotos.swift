import Classification
import FileSystem
import Inbox
import SamplePhotos
import SystemPackage
import Training

/// Articles of the test set as a shop would hand them in: JPEG and PNG photos on white, some of them
/// progressive, gray, transparent or small, and one file that is no photo.
struct DemoPhotos {
  private static let perCategory = 3

  /// One file for the inbox.
  struct Photo {
    let path: FilePath
    let bytes: [UInt8]

    /// Puts the file in the inbox like any program that copies.
    func write(to state: StateDirectory) throws(FileSystemError) {
      let target = Folder.inbox.path.pushing(path)
      let folder = try state.root.openOrCreateDirectory(target.removingLastComponent())
      try folder.create(target.fileName).write(bytes.span)
    }
  }

  /// All files.
  let all: [Photo]

  /// Draws the first articles of each category.
  init(_ articles: ImageSet) {
    var photos: [Photo] = []
    for label in articles.labelNames.indices {
      let indices = articles.labels.indices.filter { articles.labels[$0] == UInt8(label) }
      for (turn, index) in indices.prefix(Self.perCategory).enumerated() {
        photos.append(Self.photo(of: articles, index, turn: turn))
      }
    }
    let notes = "A JPEG by its name, a list by its content: 12 coats, 3 bags.\n"
    photos.append(Photo(path: "order-list.jpg", bytes: Array(notes.utf8)))
    all = photos
  }

  private static func photo(of articles: ImageSet, _ index: Int, turn: Int) -> Photo {
    let (width, height) = [(900, 1200), (1000, 1000), (640, 800)][turn % 3]
    let picture = SamplePhoto.render(
      article: Array(articles.image(index)), width: width, height: height,
      style: SamplePhoto.Style(seed: UInt64(index)), seed: UInt64(index))
    let encoding = encoding(turn: turn + index)
    // The name tells a person the truth; Hangtag does not look at it.
    let label = articles.labelNames[Int(articles.labels[index])]
    let name = "\(Category.slug(of: label))-\(index).\(encoding.fileExtension)"
    return Photo(path: FilePath("spring/\(name)"), bytes: encoding.encode(picture))
  }

  private static func encoding(turn: Int) -> PhotoEncoding {
    var progressive = JPEGEncoding()
    progressive.isProgressive = true
    return switch turn % 4 {
    case 0: .png(PNGEncoding())
    case 1: .jpeg(progressive)
    default: .jpeg(JPEGEncoding())
    }
  }
}
