namespace Vitrina.Learning.Recommending.Protocols;

/// <summary>Histories as queries want them.</summary>
internal static class Histories
{
    /// <summary>The items in order, each only where it stands last.</summary>
    public static int[] WithoutRepeats(ReadOnlySpan<int> items)
    {
        HashSet<int> seen = new(items.Length);
        List<int> kept = new(items.Length);
        for (int place = items.Length - 1; place >= 0; place--)
        {
            if (seen.Add(items[place]))
            {
                kept.Add(items[place]);
            }
        }

        kept.Reverse();
        return [.. kept];
    }
}
