using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Tables;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Experimentation.Units;

/// <summary>An A/B file reduced to what the estimators read: moments per arm, values of quantiles, counts for the checks.</summary>
/// <remarks>
/// One pass. State: with <see cref="UnitOptions.RowsAreUnits"/> only moments per arm; otherwise sums per unit, as a unit may repeat; columns of
/// quantiles keep every row's value. Covariates are taken from a unit's sum like metrics; a unit whose covariate is missing in every row has no
/// history: its covariate is 0 and <see cref="NoHistory"/> 1.
/// </remarks>
public sealed class UnitTable
{
    private const int Parts = 64;
    private const int RunningBlocks = 120;

    /// <summary>The column behind the covariate's that is 1 for units without history; there is one wherever there is a covariate.</summary>
    public const string NoHistory = "(no history)";

    private UnitTable(string[] arms, string[] columns) => (Arms, Columns) = (arms, columns);

    /// <summary>The arms, by name.</summary>
    public IReadOnlyList<string> Arms { get; }

    /// <summary>The numeric columns that were read.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Moments over units of each arm.</summary>
    public CoMoments[] Moments { get; private set; } = [];

    /// <summary>Rows of each arm.</summary>
    public long[] Rows { get; private set; } = [];

    /// <summary>Units that were seen in two arms; they are left out.</summary>
    public long DoubleUnits { get; private set; }

    /// <summary>Rows beyond a unit's first.</summary>
    public long RepeatedRows { get; private set; }

    /// <summary>Units by slice and arm; empty without a slice.</summary>
    public IReadOnlyDictionary<string, long[]> Slices { get; private set; } = new Dictionary<string, long[]>();

    /// <summary>Moments over rows of each arm for each stretch of the file, in its order; empty unless asked for.</summary>
    public IReadOnlyList<CoMoments[]> Stretches { get; private set; } = [];

    /// <summary>Values and units of a quantile column by arm.</summary>
    public IReadOnlyDictionary<string, (double[] Values, int[] Units)[]> QuantileValues { get; private set; } = new Dictionary<string, (double[], int[])[]>();

    /// <summary>The number of a column.</summary>
    public int Find(string column) => Array.IndexOf((string[])Columns, column);

    /// <summary>Reads a file.</summary>
    /// <exception cref="TableException">The file is not what it should be; says line and field.</exception>
    public static UnitTable Read(string path, UnitOptions options, IProgress<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var source = CsvSource.Open(path);
        var columns = NumericColumns(source, options);
        var names = new NameTable();
        foreach (var arm in options.Weights.Select(weight => weight.Arm).Where(name => name.Length > 0))
        {
            names.NumberOf(arm);
        }

        var reading = new Reading(source, columns, names, options);
        source.Read(reading.Worker, options.Threads, options.IsSequential ? RunningBlocks : 0, progress);
        return reading.Finish();
    }

    private static string[] NumericColumns(CsvSource source, UnitOptions options)
    {
        string?[] asked = [.. options.Metrics.SelectMany(metric => (string?[])[metric.Numerator, metric.Denominator]), options.Covariate, options.CovariateDenominator];
        if (options.Metrics.Count > 0)
        {
            return [.. asked.OfType<string>().Distinct(StringComparer.Ordinal), .. Indicator(options)];
        }

        return [.. source.Columns.Where(column => column is not ("unit" or "arm") && column != options.Slice && (column == options.Covariate || column == options.CovariateDenominator || source.LooksNumeric(column))), .. Indicator(options)];
    }

    private static string[] Indicator(UnitOptions options) => options.Covariate is null ? [] : [NoHistory];

    // What the threads share, and how their parts come together.
    private sealed class Reading
    {
        private readonly CsvSource _source;
        private readonly string[] _columns;
        private readonly NameTable _names;
        private readonly UnitOptions _options;
        private readonly UnitSums[] _units;
        private readonly List<Part> _parts = [];
        private readonly int[] _columnNumbers;
        private readonly int[] _quantileNumbers;
        private readonly int _unit;
        private readonly int _arm;
        private readonly int _slice;
        private readonly int _covariate;
        private readonly int _covariateBelow;
        private readonly bool[] _mayMiss;

        public Reading(CsvSource source, string[] columns, NameTable names, UnitOptions options)
        {
            (_source, _columns, _names, _options) = (source, columns, names, options);
            (_unit, _arm) = (source.Require("unit"), source.Require("arm"));
            _slice = options.Slice is null ? -1 : source.Require(options.Slice);
            _columnNumbers = [.. columns.Where(column => column != NoHistory).Select(source.Require)];
            (_covariate, _covariateBelow) = (Array.IndexOf(columns, options.Covariate), Array.IndexOf(columns, options.CovariateDenominator));
            // A covariate that is a metric too must be there.
            _mayMiss = [.. columns.Select(column => (column == options.Covariate || column == options.CovariateDenominator) && options.Metrics.All(metric => metric.Numerator != column && metric.Denominator != column))];
            _quantileNumbers = [.. options.Quantiles.Select(quantile => source.Require(quantile.Column))];
            _units = [.. Enumerable.Range(0, Parts).Select(_ => new UnitSums(columns.Length))];
        }

        public RowHandler Worker()
        {
            var part = new Part(this);
            _parts.Add(part);
            return part.Handle;
        }

        public UnitTable Finish()
        {
            string[] arms = [.. _names.Names.Order(StringComparer.Ordinal)];
            int[] order = [.. arms.Select(_names.Find)];
            var table = new UnitTable(arms, _columns) { Rows = [.. order.Select(arm => _parts.Sum(part => part.RowsOf(arm)))] };
            if (_options.RowsAreUnits)
            {
                table.Moments = [.. order.Select(arm => Merged(_parts.SelectMany(part => part.MomentsOf(arm))))];
            }
            else
            {
                foreach (var part in _parts)
                {
                    part.Flush();
                }

                var byPart = new CoMoments[Parts][];
                Parallel.For(0, Parts, i => byPart[i] = MomentsOf(_units[i]));
                table.Moments = [.. order.Select(arm => Merged(byPart.Select(part => part[arm])))];
                table.DoubleUnits = _units.Sum(units => Enumerable.Range(0, units.Count).LongCount(unit => units.ArmOf(unit) < 0));
                table.RepeatedRows = _units.Sum(units => units.RepeatedRows);
            }

            table.Stretches = Stretches(order);
            table.Slices = _parts.SelectMany(part => part.Slices).GroupBy(slice => slice.Key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => order.Select(arm => group.Sum(part => part.Value.GetValueOrDefault(arm))).ToArray());
            table.QuantileValues = _options.Quantiles.Select((quantile, q) => (quantile.Column, Arms: order.Select(arm => QuantileOf(q, arm)).ToArray()))
                .DistinctBy(pair => pair.Column).ToDictionary(pair => pair.Column, pair => pair.Arms);
            return table;
        }

        private CoMoments[] MomentsOf(UnitSums units)
        {
            CoMoments[] moments = [.. _names.Names.Select(_ => new CoMoments(_columns.Length))];
            var row = new double[_columns.Length];
            for (var unit = 0; unit < units.Count; unit++)
            {
                if (units.ArmOf(unit) >= 0)
                {
                    units.SumsOf(unit).CopyTo(row);
                    if (_covariate >= 0)
                    {
                        row[^1] = row[^1] > 0 ? 0 : 1;
                    }

                    moments[units.ArmOf(unit)].Add(row);
                }
            }

            return moments;
        }

        private CoMoments Merged(IEnumerable<CoMoments> moments)
        {
            var all = new CoMoments(_columns.Length);
            foreach (var part in moments)
            {
                all.Add(part);
            }

            return all;
        }

        private List<CoMoments[]> Stretches(int[] order) => !_options.IsSequential ? [] : [.. _parts.SelectMany(part => part.Blocks).OrderBy(block => block.Key)
            .Select(block => order.Select(arm => block.Value.GetValueOrDefault(arm) ?? new CoMoments(_columns.Length)).ToArray())];

        private (double[], int[]) QuantileOf(int quantile, int arm)
        {
            var values = _parts.SelectMany(part => part.Quantiles[quantile].Where(value => value.Arm == arm)).ToArray();
            var units = values.Select(value => value.Unit).Distinct().Select((unit, at) => (unit, at)).ToDictionary(pair => pair.unit, pair => pair.at);
            // Values of single units are independent: no clusters.
            return ([.. values.Select(value => value.Value)], units.Count == values.Length ? [] : [.. values.Select(value => units[value.Unit])]);
        }

        // One thread's rows on their way to the units.
        private sealed class Part
        {
            private const int Buffered = 512;
            private readonly Reading _shared;
            private readonly double[] _row;
            private double[]? _whole;
            private readonly List<(ulong Unit, int Arm)>[] _heads = new List<(ulong, int)>[Parts];
            private readonly List<double>[] _values = new List<double>[Parts];
            private readonly Dictionary<int, CoMoments> _moments = [];
            private readonly Dictionary<int, long> _rows = [];
            private readonly List<(byte[] Name, int Number)> _arms = [];

            public Part(Reading shared)
            {
                (_shared, _row) = (shared, new double[shared._columns.Length]);
                for (var i = 0; i < Parts; i++)
                {
                    (_heads[i], _values[i]) = ([], []);
                }

                Quantiles = [.. shared._quantileNumbers.Select(_ => new List<(ulong, int, double)>())];
            }

            public List<(ulong Unit, int Arm, double Value)>[] Quantiles { get; }

            public Dictionary<string, Dictionary<int, long>> Slices { get; } = new(StringComparer.Ordinal);

            public Dictionary<int, Dictionary<int, CoMoments>> Blocks { get; } = [];

            public long RowsOf(int arm) => _rows.GetValueOrDefault(arm);

            public IEnumerable<CoMoments> MomentsOf(int arm) => _moments.TryGetValue(arm, out var moments) ? [moments] : [];

            public void Handle(CsvRow row, int block)
            {
                var arm = ArmOf(row);
                ReadNumbers(row);
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_rows, arm, out _)++;
                if (_shared._options.RowsAreUnits)
                {
                    Of(_moments, arm).Add(Whole());
                }
                else
                {
                    Buffer(Unit(row), arm);
                }

                if (_shared._options.IsSequential)
                {
                    if (!Blocks.TryGetValue(block, out var arms))
                    {
                        Blocks[block] = arms = [];
                    }

                    Of(arms, arm).Add(Whole());
                }

                HandleRest(row, arm);
            }

            public void Flush()
            {
                for (var part = 0; part < Parts; part++)
                {
                    Flush(part);
                }
            }

            // The last column counts the rows with history until the units are whole.
            private void ReadNumbers(CsvRow row)
            {
                var numbers = _shared._columnNumbers;
                for (var i = 0; i < numbers.Length; i++)
                {
                    _row[i] = _shared._mayMiss[i] ? row.NumberOrMissing(numbers[i]) : row.Number(numbers[i]);
                }

                if (_shared._covariate < 0)
                {
                    return;
                }

                var isKnown = double.IsFinite(_row[_shared._covariate]) && (_shared._covariateBelow < 0 || double.IsFinite(_row[_shared._covariateBelow]));
                _row[^1] = isKnown ? 1 : 0;
                if (!isKnown)
                {
                    _row[_shared._covariate] = 0;
                    if (_shared._covariateBelow >= 0)
                    {
                        _row[_shared._covariateBelow] = 0;
                    }
                }
            }

            // A row as a unit of its own.
            private double[] Whole()
            {
                if (_shared._covariate >= 0)
                {
                    _whole ??= new double[_row.Length];
                    _row.CopyTo(_whole, 0);
                    _whole[^1] = 1 - _row[^1];
                    return _whole;
                }

                return _row;
            }

            private void HandleRest(CsvRow row, int arm)
            {
                for (var q = 0; q < Quantiles.Length; q++)
                {
                    Quantiles[q].Add((Unit(row), arm, row.Number(_shared._quantileNumbers[q])));
                }

                if (_shared._slice >= 0)
                {
                    var name = row.Text(_shared._slice);
                    if (!Slices.TryGetValue(name, out var counts))
                    {
                        Slices[name] = counts = [];
                    }

                    counts[arm] = counts.GetValueOrDefault(arm) + 1;
                }
            }

            private ulong Unit(CsvRow row) => row[_shared._unit] is { IsEmpty: false } name ? Hash.Of64(name) : throw row.Mistake(_shared._unit, "the unit is empty");

            // Arms are few: a comparison of bytes is cheaper than a string.
            private int ArmOf(CsvRow row)
            {
                var name = row[_shared._arm];
                foreach (var (known, number) in _arms)
                {
                    if (name.SequenceEqual(known))
                    {
                        return number;
                    }
                }

                if (name.IsEmpty || _arms.Count == 1000)
                {
                    throw row.Mistake(_shared._arm, name.IsEmpty ? "the arm is empty" : "there are more than 1,000 arms; is it another column?");
                }

                var added = _shared._names.NumberOf(name);
                _arms.Add((name.ToArray(), added));
                return added;
            }

            private void Buffer(ulong unit, int arm)
            {
                var part = (int)(unit & (Parts - 1));
                _heads[part].Add((unit, arm));
                _values[part].AddRange(_row);
                if (_heads[part].Count == Buffered)
                {
                    Flush(part);
                }
            }

            private void Flush(int part)
            {
                var values = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_values[part]);
                var units = _shared._units[part];
                lock (units)
                {
                    for (var i = 0; i < _heads[part].Count; i++)
                    {
                        units.Add(_heads[part][i].Unit, _heads[part][i].Arm, values.Slice(i * _row.Length, _row.Length));
                    }
                }

                _heads[part].Clear();
                _values[part].Clear();
            }

            private CoMoments Of(Dictionary<int, CoMoments> moments, int arm)
            {
                if (!moments.TryGetValue(arm, out var found))
                {
                    moments[arm] = found = new CoMoments(_row.Length);
                }

                return found;
            }
        }
    }
}
