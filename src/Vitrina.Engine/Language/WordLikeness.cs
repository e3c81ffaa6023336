namespace Vitrina.Engine.Language;

/// <summary>How alike two stems are that are not the same: misspelt, cut short, or one written inside the other.</summary>
internal static class WordLikeness
{
    /// <summary>Shorter words are alike too often by chance.</summary>
    public const int MinLength = 4;

    /// <summary>From this length on two edits are forgiven, below it one.</summary>
    private const int MinLengthOfTwoEdits = 8;

    /// <summary>The likeness, above 0 and below 1; 0 when the two are different words.</summary>
    /// <remarks>A word inside the other: the share of the longer one that it is. Else 1 − edits / length of the longer one, for one edit, or two from eight letters on.</remarks>
    public static float Of(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var shorter = left.Length <= right.Length ? left : right;
        var longer = left.Length <= right.Length ? right : left;
        if (shorter.Length < MinLength)
        {
            return 0;
        }

        if (longer.Contains(shorter, StringComparison.Ordinal))
        {
            return (float)shorter.Length / longer.Length;
        }

        var allowed = shorter.Length >= MinLengthOfTwoEdits ? 2 : 1;
        if (longer.Length - shorter.Length > allowed)
        {
            return 0;
        }

        var edits = Edits(shorter, longer, allowed);
        return edits > allowed ? 0 : 1 - ((float)edits / longer.Length);
    }

    /// <summary>The least number of letters to insert, delete, replace or swap with a neighbour; anything above <paramref name="allowed"/> when it is more.</summary>
    private static int Edits(ReadOnlySpan<char> shorter, ReadOnlySpan<char> longer, int allowed)
    {
        while (shorter.Length > 0 && shorter[0] == longer[0])
        {
            shorter = shorter[1..];
            longer = longer[1..];
        }

        while (shorter.Length > 0 && shorter[^1] == longer[^1])
        {
            shorter = shorter[..^1];
            longer = longer[..^1];
        }

        Span<int> rows = stackalloc int[3 * (TokenBuffer.MaxTermLength + 1)];
        var before = rows[..(longer.Length + 1)];
        var previous = rows.Slice(TokenBuffer.MaxTermLength + 1, longer.Length + 1);
        var current = rows.Slice(2 * (TokenBuffer.MaxTermLength + 1), longer.Length + 1);
        for (var j = 0; j <= longer.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= shorter.Length; i++)
        {
            current[0] = i;
            var best = i;
            for (var j = 1; j <= longer.Length; j++)
            {
                var cost = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (shorter[i - 1] == longer[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && shorter[i - 1] == longer[j - 2] && shorter[i - 2] == longer[j - 1])
                {
                    cost = Math.Min(cost, before[j - 2] + 1);
                }

                current[j] = cost;
                best = Math.Min(best, cost);
            }

            if (best > allowed)
            {
                return allowed + 1;
            }

            var freed = before;
            before = previous;
            previous = current;
            current = freed;
        }

        return previous[longer.Length];
    }
}
