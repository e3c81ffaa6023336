using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Histograms;

namespace Vitrina.Learning.Training.Trees;

/// <summary>Takes rows one by one and makes a dataset of bins: memory holds the bins and a bounded part of the raw values.</summary>
/// <remarks>Not for concurrent use. Dispose it, so that a temporary file never stays behind.</remarks>
public sealed class TreeDatasetBuilder : IDisposable
{
    private const int MaxCategory = (1 << 20) - 1;
    private readonly TreeInput[] _inputs;
    private readonly TreeDatasetOptions _options;
    private readonly TreeDataset? _like;
    private readonly RawRows _raw;
    private readonly List<float> _labels = [];
    private readonly List<float> _weights = [];
    private readonly List<int> _starts = [];
    private readonly HashSet<int> _lists = [];
    private bool _isWeighted;
    private int _list = -1;

    /// <summary>Starts a training set: its bins are made from its own rows.</summary>
    /// <param name="inputs">The inputs, names unique.</param>
    /// <param name="options">How rows become bins; null for the defaults.</param>
    /// <exception cref="ArgumentException">No inputs, a name twice, or a monotone category.</exception>
    public TreeDatasetBuilder(IReadOnlyList<TreeInput> inputs, TreeDatasetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Check(inputs);
        _inputs = [.. inputs];
        _options = options ?? new TreeDatasetOptions();
        _raw = new RawRows(inputs.Count, _options);
    }

    /// <summary>Starts a validation set, with the inputs and bins of a training set.</summary>
    /// <param name="like">The training set.</param>
    /// <param name="options">Where raw values wait, and threads; null for the defaults.</param>
    public TreeDatasetBuilder(TreeDataset like, TreeDatasetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(like);
        _like = like;
        _inputs = [.. like.Inputs];
        _options = options ?? new TreeDatasetOptions();
        _raw = new RawRows(_inputs.Length, _options);
    }

    /// <summary>Rows added so far.</summary>
    public int RowCount => _labels.Count;

    /// <summary>Adds a row.</summary>
    /// <param name="features">Values by input; NaN marks a missing one.</param>
    /// <param name="label">What the objective learns; finite.</param>
    /// <param name="weight">How much the row counts; finite and at least 0.</param>
    /// <param name="list">Number of the row's list, at least 0; rows of one list follow each other. −1 when there are no lists.</param>
    /// <exception cref="TrainingSetException">Label, weight, list or a category is not what it must be; names the row.</exception>
    public void Add(ReadOnlySpan<float> features, float label, float weight = 1, int list = -1)
    {
        int row = _labels.Count;
        if (features.Length != _inputs.Length)
        {
            throw new ArgumentException($"{features.Length} values for {_inputs.Length} inputs.", nameof(features));
        }

        if (!float.IsFinite(label))
        {
            throw new TrainingSetException(TrainingSetFault.BadLabel, row, FormattableString.Invariant($"Row {row} has label {label}; labels are finite numbers."));
        }

        if (!float.IsFinite(weight) || weight < 0)
        {
            throw new TrainingSetException(TrainingSetFault.BadWeight, row, FormattableString.Invariant($"Row {row} has weight {weight}; weights are finite and at least 0."));
        }

        if (row == BinnedRows.MaxRows)
        {
            throw new TrainingSetException(TrainingSetFault.TooLarge, row, $"A training set has at most {BinnedRows.MaxRows} rows.");
        }

        CheckCategories(features, row);
        StartList(list, row);
        _raw.Add(features);
        _labels.Add(label);
        _isWeighted |= weight != 1;
        _weights.Add(weight);
    }

    /// <summary>Makes the dataset. The builder is empty afterwards.</summary>
    /// <exception cref="TrainingSetException">There are no rows with a weight above 0, or no input can be used.</exception>
    public TreeDataset Build()
    {
        if (!_weights.Exists(weight => weight > 0))
        {
            throw new TrainingSetException(TrainingSetFault.Empty, -1, "The set has no rows with a weight above 0.");
        }

        if (_starts.Count > 0)
        {
            _starts.Add(_labels.Count);
        }

        TreeRows rows = new([.. _labels], _isWeighted ? [.. _weights] : [], [.. _starts]);
        WorkerTeam team = new(_options.Threads);
        List<UnusedFeature> unused = [];
        float[]?[] encoded = new float[_inputs.Length][];
        FeatureBins[] features = _like?.Features ?? Fit(rows, team, encoded, unused);
        if (features.Length == 0)
        {
            throw new TrainingSetException(TrainingSetFault.NoFeatures, -1, "Every input is constant or missing throughout: there is nothing to split by.");
        }

        BinnedRows bins = new DatasetBinner(_raw, features, encoded).Bin(rows.Labels.Length, team);
        Dispose();
        return new TreeDataset(_inputs, features, bins, rows) { Unused = _like?.Unused ?? unused };
    }

    /// <summary>Lets go of the raw values and their temporary file.</summary>
    public void Dispose() => _raw.Dispose();

    private FeatureBins[] Fit(TreeRows rows, WorkerTeam team, float[]?[] encoded, List<UnusedFeature> unused)
    {
        int count = rows.Labels.Length;
        int limit = (int)Math.Min(_options.SampleRows, Math.Max(1000, 64_000_000L / _inputs.Length));
        int[] sample = Sample(count, limit);
        float[][] values = DatasetBinner.Gather(_raw, sample);
        float[] weights = [.. sample.Select(rows.WeightOf)];
        TargetStatistic?[] statistics = new TargetStatistic[_inputs.Length];
        for (int input = 0; input < _inputs.Length; input++)
        {
            if (_inputs[input].Kind == TreeInputKind.CategoryByTarget)
            {
                (statistics[input], encoded[input]) = TargetEncoding.Encode(DatasetBinner.ColumnOf(_raw, input, count), rows, _options);
                values[input] = [.. sample.Select(row => encoded[input]![row])];
            }
        }

        FeatureBins?[] fitted = new FeatureBins[_inputs.Length];
        team.For(_inputs.Length, input => fitted[input] = Fit(input, values[input], (float[])weights.Clone(), statistics[input]));
        List<FeatureBins> kept = [];
        for (int input = 0; input < fitted.Length; input++)
        {
            if (fitted[input] is { } bins && bins.ValueBins + (bins.HasMissing ? 1 : 0) > 1)
            {
                kept.Add(bins);
            }
            else
            {
                unused.Add(new UnusedFeature(_inputs[input].Name, fitted[input] is null ? "all missing" : "constant"));
            }
        }

        DatasetBinner.AssignColumns(kept);
        return [.. kept];
    }

    // Null when every value is missing.
    private FeatureBins? Fit(int input, float[] values, float[] weights, TargetStatistic? statistic)
    {
        bool hasMissing = values.AsSpan().ContainsAnyExceptInRange(float.NegativeInfinity, float.PositiveInfinity);
        if (_inputs[input].Kind == TreeInputKind.Category)
        {
            int[] categories = BinFitter.Categories(values, _options.MaxCategories);
            bool hasRest = hasMissing || values.Any(value => value <= -1) || values.Where(value => value > -1).Select(value => (int)value).Distinct().Skip(categories.Length).Any();
            return categories.Length == 0 ? null : new FeatureBins(input, categories, hasRest);
        }

        if (Array.TrueForAll(values, float.IsNaN))
        {
            return null;
        }

        float[] bounds = BinFitter.Bounds(values, weights, _options.MaxBins);
        return statistic is null ? new FeatureBins(input, bounds, hasMissing) : new FeatureBins(input, bounds, statistic, hasMissing);
    }

    // Every row when there are few, else each by an independent draw.
    private int[] Sample(int count, int limit)
    {
        if (count <= limit)
        {
            return [.. Enumerable.Range(0, count)];
        }

        RandomStream random = RandomStream.For(_options.Seed, "bins");
        List<int> sample = [];
        double share = (double)limit / count;
        for (int row = 0; row < count; row++)
        {
            if (random.NextBool(share))
            {
                sample.Add(row);
            }
        }

        return [.. sample];
    }

    private void StartList(int list, int row)
    {
        if ((list < 0) != (_list < 0) && row > 0)
        {
            throw new TrainingSetException(TrainingSetFault.ScatteredGroup, row, $"Row {row}: either every row belongs to a list, or none.");
        }

        if (list >= 0 && (row == 0 || list != _list))
        {
            if (!_lists.Add(list))
            {
                throw new TrainingSetException(
                    TrainingSetFault.ScatteredGroup, row, $"Row {row} belongs to list {list}, which ended earlier: rows of one list follow each other.");
            }

            _starts.Add(row);
        }

        _list = list;
    }

    private void CheckCategories(ReadOnlySpan<float> features, int row)
    {
        for (int input = 0; input < features.Length; input++)
        {
            if (_inputs[input].Kind != TreeInputKind.Number && features[input] > MaxCategory)
            {
                throw new TrainingSetException(TrainingSetFault.BadCategory, row, FormattableString.Invariant(
                    $"Row {row} has category {features[input]} in '{_inputs[input].Name}'; categories are whole numbers from 0 to {MaxCategory}."));
            }
        }
    }

    private static void Check(IReadOnlyList<TreeInput> inputs)
    {
        if (inputs.Count == 0)
        {
            throw new ArgumentException("There are no inputs.", nameof(inputs));
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (TreeInput input in inputs)
        {
            if (!names.Add(input.Name))
            {
                throw new ArgumentException($"There are two inputs named '{input.Name}'.", nameof(inputs));
            }

            if (input.Kind != TreeInputKind.Number && input.Monotone != MonotoneDirection.None)
            {
                throw new ArgumentException($"Input '{input.Name}' is a category, which has no direction to be monotone in.", nameof(inputs));
            }
        }
    }
}
