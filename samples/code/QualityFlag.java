import java.util.Map;
import java.util.Optional;

/** The four quality letters of 2026, and what became of the eleven before them. */
public enum QualityFlag {
    GOOD('G'),
    SUSPECT('S'),
    ESTIMATED('E'),
    MISSING('M');

    private static final Map<Character, QualityFlag> OLD =
            Map.ofEntries(
                    Map.entry('A', GOOD),
                    Map.entry('B', GOOD), // "good, but the observer had a cold" (1987)
                    Map.entry('C', SUSPECT),
                    Map.entry('D', SUSPECT),
                    Map.entry('I', ESTIMATED), // ice
                    Map.entry('K', SUSPECT), // weeds
                    Map.entry('L', ESTIMATED),
                    Map.entry('N', MISSING),
                    Map.entry('Q', SUSPECT),
                    Map.entry('X', MISSING),
                    Map.entry('Z', ESTIMATED));

    private final char letter;

    QualityFlag(char letter) {
        this.letter = letter;
    }

    public char letter() {
        return letter;
    }

    /** Convert a letter from before June 2026; empty if it was never in use. */
    public static Optional<QualityFlag> ofOld(char letter) {
        return Optional.ofNullable(OLD.get(Character.toUpperCase(letter)));
    }

    /** The worse of two flags: a mean is as good as the poorest value in it. */
    public QualityFlag and(QualityFlag other) {
        return ordinal() >= other.ordinal() ? this : other;
    }
}
