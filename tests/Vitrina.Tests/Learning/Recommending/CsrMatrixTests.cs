using Vitrina.Kernels.Chance;
using Vitrina.Learning.Recommending;

namespace Vitrina.Tests.Learning.Recommending;

public sealed class CsrMatrixTests
{
    [Fact]
    public void Products_and_transposes_equal_those_of_dictionaries()
    {
        CsrMatrix left = Draw(1, 17, 11), right = Draw(2, 11, 23);
        Dictionary<(int, int), double> expected = [];
        foreach ((int row, int middle, float value) in Entries(left))
        {
            foreach ((int from, int column, float other) in Entries(right).Where(entry => entry.Row == middle))
            {
                expected[(row, column)] = expected.GetValueOrDefault((row, column)) + (value * other);
            }
        }

        Dictionary<(int, int), double> found = Entries(left.Times(right)).ToDictionary(entry => (entry.Row, entry.Column), entry => (double)entry.Value);
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(expected, pair => Assert.Equal(pair.Value, found[pair.Key], 1e-5));
        Assert.Equal(
            Entries(left).Select(entry => (entry.Column, entry.Row, entry.Value)).Order(),
            Entries(left.Transposed()).Order());
    }

    [Fact]
    public void A_row_limit_keeps_the_largest_entries()
    {
        CsrMatrix whole = Draw(1, 17, 11).Times(Draw(2, 11, 23)), cut = Draw(1, 17, 11).Times(Draw(2, 11, 23), 4);
        for (int row = 0; row < whole.RowCount; row++)
        {
            Assert.Equal(whole.ValuesOf(row).ToArray().OrderDescending().Take(4), cut.ValuesOf(row).ToArray());
        }
    }

    [Fact]
    public void Arrays_that_do_not_fit_are_refused() => Assert.Throws<ArgumentException>(() => new CsrMatrix(3, [0, 2], [1], [1f]));

    private static CsrMatrix Draw(ulong seed, int rows, int columns) => CsrRows.Build(rows, columns, int.MaxValue, (row, sums) =>
    {
        RandomStream random = RandomStream.For(seed, (ulong)row);
        for (int number = 0; number < 5; number++)
        {
            sums.Add(random.NextInt(columns), 1 + random.NextInt(9));
        }
    });

    private static IEnumerable<(int Row, int Column, float Value)> Entries(CsrMatrix matrix)
    {
        for (int row = 0; row < matrix.RowCount; row++)
        {
            for (int entry = matrix.RowStarts[row]; entry < matrix.RowStarts[row + 1]; entry++)
            {
                yield return (row, matrix.Columns[entry], matrix.Values[entry]);
            }
        }
    }
}
