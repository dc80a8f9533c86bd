import Testing

@testable import Classification

struct SlugTests {
  @Test(arguments: [
    ("T-shirt/top", "t-shirt-top"), ("Trouser", "trouser"), ("Ankle boot", "ankle-boot"),
    ("  Hats & caps (new) ", "hats-caps-new"), ("Größe 42", "gr-e-42"), ("---", ""), ("", ""),
  ])
  func labelBecomesFolderName(label: String, expected: String) {
    #expect(Category.slug(of: label) == expected)
  }

  @Test func labelsThatWouldShareAFolderAreRefused() {
    #expect(throws: ClassifierError.duplicateSlug("ankle-boot", labels: "Ankle boot", "Ankle-Boot"))
    {
      try Category.categories(of: ["Ankle boot", "Coat", "Ankle-Boot"])
    }
  }

  @Test func labelWithoutAFolderNameIsRefused() {
    #expect(throws: ClassifierError.emptySlug(label: "Å")) {
      try Category.categories(of: ["Coat", "Å"])
    }
  }

  @Test("A label that a terminal would obey is refused")
  func controlCharacters() {
    let error = #expect(throws: ClassifierError.self) {
      try Category.categories(of: ["Coat", "Bag\u{1B}]0;title\u{7}"])
    }
    #expect(error?.code == .controlCharacter)
  }
}
