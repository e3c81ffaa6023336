namespace Vitrina.Experimentation.Switchbacks;

/// <summary>Which stretches of time lie too near to a switch.</summary>
public static class Washout
{
    /// <summary>Marks the rows of one cluster that touch a burn-in behind a switch or a burn-out before one.</summary>
    /// <param name="starts">Beginning of each row in hours, increasing.</param>
    /// <param name="ends">End of each row in hours.</param>
    /// <param name="arms">The arm of each row.</param>
    /// <param name="burnIn">Hours behind a switch in which the arm before still acts: for metrics booked when things close.</param>
    /// <param name="burnOut">Hours before a switch whose things live on into the next arm: for metrics booked when things begin.</param>
    /// <returns>True for rows to leave out. The first row is no switch; a washout longer than a row spills into the next ones.</returns>
    public static bool[] Mark(double[] starts, double[] ends, byte[] arms, double burnIn, double burnOut)
    {
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(ends);
        ArgumentNullException.ThrowIfNull(arms);
        const double Touch = 1e-9;
        var marked = new bool[arms.Length];
        for (var i = 1; i < arms.Length; i++)
        {
            if (arms[i] == arms[i - 1])
            {
                continue;
            }

            for (var after = i; after < arms.Length && starts[after] < starts[i] + burnIn - Touch; after++)
            {
                marked[after] = true;
            }

            for (var before = i - 1; before >= 0 && ends[before] > starts[i] - burnOut + Touch; before--)
            {
                marked[before] = true;
            }
        }

        return marked;
    }
}
