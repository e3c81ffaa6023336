namespace Vitrina.Learning.Training;

/// <summary>The checked labels of a training set: where its lists begin, what each list weighs, and what the whole weighs.</summary>
internal sealed class TrainingLists
{
    /// <summary>Whether rows are compared within their lists.</summary>
    public bool IsListwise { get; private init; }

    /// <summary>First row of each list and the row count at the end; empty for the logistic objective.</summary>
    public int[] Starts { get; private init; } = [];

    /// <summary>Sum of label x weight of each list; 0 for a list that is skipped.</summary>
    public double[] Choices { get; private init; } = [];

    /// <summary>Number of lists.</summary>
    public int Count => Choices.Length;

    /// <summary>Lists without a positive row, or of one row.</summary>
    public int SkippedCount { get; private init; }

    /// <summary>Rows with a label and a weight above 0.</summary>
    public int PositiveRows { get; private init; }

    /// <summary>What the loss is divided by: the sum of weights, or of choices.</summary>
    public double TotalWeight { get; private init; }

    /// <summary>Weighted share of positives (logistic).</summary>
    public double PositiveShare { get; private init; }

    /// <summary>Checks a set and measures it.</summary>
    /// <exception cref="TrainingSetException">The set cannot be learned from.</exception>
    public static TrainingLists Of(TrainingSet set, LinearObjective objective)
    {
        bool isListwise = objective == LinearObjective.Listwise;
        double weights = 0, positives = 0;
        int positiveRows = 0;
        for (int row = 0; row < set.RowCount; row++)
        {
            float label = set.Label(row), weight = set.Weight(row);
            if (!float.IsFinite(label) || label < 0 || (!isListwise && label > 1))
            {
                string range = isListwise ? "a finite number, at least 0" : "between 0 and 1";
                throw new TrainingSetException(TrainingSetFault.BadLabel, row, FormattableString.Invariant($"Row {row} has label {label}; labels are {range}."));
            }

            if (!float.IsFinite(weight) || weight < 0)
            {
                throw new TrainingSetException(
                    TrainingSetFault.BadWeight, row, FormattableString.Invariant($"Row {row} has weight {weight}; weights are finite and at least 0."));
            }

            weights += weight;
            positives += (double)label * weight;
            positiveRows += label > 0 && weight > 0 ? 1 : 0;
        }

        if (weights == 0)
        {
            throw new TrainingSetException(TrainingSetFault.Empty, -1, "The training set has no rows with a weight above 0.");
        }

        if (positiveRows == 0)
        {
            throw new TrainingSetException(TrainingSetFault.NoPositives, -1, $"None of the {set.RowCount} rows is positive.");
        }

        if (isListwise)
        {
            return ByList(set, positiveRows);
        }

        return positives < weights
            ? new TrainingLists { PositiveRows = positiveRows, TotalWeight = weights, PositiveShare = positives / weights }
            : throw new TrainingSetException(TrainingSetFault.NoNegatives, -1, $"All {set.RowCount} rows are positive: there is nothing to tell apart.");
    }

    /// <summary>The list that begins at a row.</summary>
    public int ListAt(int row) => Array.BinarySearch(Starts, row);

    private static TrainingLists ByList(TrainingSet set, int positiveRows)
    {
        List<int> starts = [];
        List<double> choices = [];
        HashSet<int> seen = [];
        for (int row = 0; row < set.RowCount; row++)
        {
            if (row == 0 || set.Group(row) != set.Group(row - 1))
            {
                if (!seen.Add(set.Group(row)))
                {
                    throw new TrainingSetException(
                        TrainingSetFault.ScatteredGroup, row, $"Row {row} belongs to list {set.Group(row)}, which ended earlier: rows of one list follow each other.");
                }

                starts.Add(row);
                choices.Add(0);
            }

            choices[^1] += (double)set.Label(row) * set.Weight(row);
        }

        starts.Add(set.RowCount);
        int skipped = 0;
        double total = 0;
        for (int list = 0; list < choices.Count; list++)
        {
            choices[list] = starts[list + 1] - starts[list] > 1 ? choices[list] : 0;
            total += choices[list];
            skipped += choices[list] == 0 ? 1 : 0;
        }

        if (total == 0)
        {
            throw new TrainingSetException(TrainingSetFault.NoPositives, -1, "No list of at least two rows has a positive row.");
        }

        return new TrainingLists
        {
            IsListwise = true,
            Starts = [.. starts],
            Choices = [.. choices],
            SkippedCount = skipped,
            PositiveRows = positiveRows,
            TotalWeight = total,
        };
    }
}
