namespace Vitrina.Engine.Models;

/// <summary>One input of a model.</summary>
/// <param name="Name">The feature's name, unique within the model.</param>
/// <param name="FixedAtServing">The value that every candidate gets at serving whatever the column holds (a position, usually); null for an ordinary feature.</param>
public readonly record struct ModelInput(string Name, float? FixedAtServing = null);

/// <summary>Scores candidates from their features, and takes each score apart again.</summary>
/// <remarks>Immutable and safe for concurrent use. Two kinds exist: linear models and tree ensembles.</remarks>
public abstract class RankingModel
{
    /// <summary>The kind, as manifests call it: <c>logistic</c> or <c>trees</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The inputs, in the model's own order.</summary>
    public abstract IReadOnlyList<ModelInput> Inputs { get; }

    /// <summary>The raw score to which a candidate's contributions are added.</summary>
    public abstract double BaseScore { get; }

    /// <summary>Finds the column of every input by name.</summary>
    /// <param name="columnNames">Names of the feature matrix's columns, in column order.</param>
    /// <returns>Shape [Inputs]; −1 for an input that is fixed at serving and has no column.</returns>
    /// <exception cref="ModelMismatchException">An input has no column; every missing one is listed with the nearest names.</exception>
    public int[] ColumnsIn(IReadOnlyList<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(columnNames);
        Dictionary<string, int> columnOfName = new(StringComparer.Ordinal);
        for (int column = 0; column < columnNames.Count; column++)
        {
            columnOfName.TryAdd(columnNames[column], column);
        }

        int[] columns = new int[Inputs.Count];
        List<string> missing = [];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = columnOfName.GetValueOrDefault(Inputs[i].Name, -1);
            if (columns[i] < 0 && Inputs[i].FixedAtServing is null)
            {
                missing.Add(Inputs[i].Name);
            }
        }

        return missing.Count == 0 ? columns : throw ModelMismatchException.ForMissing(missing, columnNames);
    }

    /// <summary>Scores every candidate.</summary>
    /// <param name="features">Feature values, shape [candidates x columns]; NaN marks a missing value.</param>
    /// <param name="columnOfInput">Column of each input, from <see cref="ColumnsIn"/>.</param>
    /// <param name="scores">Receives raw scores (log-odds where the model is logistic), shape [candidates]; larger is better.</param>
    /// <exception cref="ArgumentException">A shape does not fit the model.</exception>
    /// <remarks>Allocates nothing. Safe for concurrent use.</remarks>
    public abstract void Score(FeatureMatrix features, ReadOnlySpan<int> columnOfInput, Span<float> scores);

    /// <summary>Takes one candidate's score apart, input by input.</summary>
    /// <param name="features">Feature values, shape [candidates x columns].</param>
    /// <param name="row">The candidate.</param>
    /// <param name="columnOfInput">Column of each input, from <see cref="ColumnsIn"/>.</param>
    /// <param name="contributions">Receives a contribution per input, in the unit of the score; at least as long as <see cref="Inputs"/>.</param>
    /// <returns>The number of contributions written. Their sum and <see cref="BaseScore"/> make the raw score (to float rounding).</returns>
    /// <exception cref="ArgumentException">A shape does not fit the model.</exception>
    public int Contributions(FeatureMatrix features, int row, ReadOnlySpan<int> columnOfInput, Span<double> contributions)
    {
        Contributions(features, [row], columnOfInput, contributions);
        return Inputs.Count;
    }

    /// <summary>Takes the scores of several candidates apart, input by input: cheaper than one at a time.</summary>
    /// <param name="features">Feature values, shape [candidates x columns].</param>
    /// <param name="rows">The candidates.</param>
    /// <param name="columnOfInput">Column of each input, from <see cref="ColumnsIn"/>.</param>
    /// <param name="contributions">Receives the contributions of each candidate, in the unit of the score; shape [rows x Inputs].</param>
    /// <exception cref="ArgumentException">A shape does not fit the model.</exception>
    /// <remarks>What a candidate receives does not depend on the others.</remarks>
    public abstract void Contributions(FeatureMatrix features, ReadOnlySpan<int> rows, ReadOnlySpan<int> columnOfInput, Span<double> contributions);

    /// <summary>Probability of the target at the given log-odds; between 0 and 1, never NaN for a number.</summary>
    public static double Probability(double logOdds)
    {
        if (logOdds >= 0)
        {
            return 1 / (1 + Math.Exp(-logOdds));
        }

        double odds = Math.Exp(logOdds);
        return odds / (1 + odds);
    }

    /// <summary>Refuses spans and matrices that do not fit the model.</summary>
    private protected void CheckShape(FeatureMatrix features, ReadOnlySpan<int> columnOfInput, int room, int needed)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (columnOfInput.Length != Inputs.Count)
        {
            throw new ArgumentException($"{columnOfInput.Length} columns for {Inputs.Count} inputs.", nameof(columnOfInput));
        }

        for (int i = 0; i < columnOfInput.Length; i++)
        {
            if ((uint)columnOfInput[i] >= (uint)features.Columns && Inputs[i].FixedAtServing is null)
            {
                throw new ArgumentException($"Feature '{Inputs[i].Name}' points to column {columnOfInput[i]} of {features.Columns}.", nameof(columnOfInput));
            }
        }

        if (room < needed)
        {
            throw new ArgumentException($"Room for {room} values, {needed} needed.");
        }
    }
}
