using System.Diagnostics;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Tests.Learning.Training.Trees;

public class LargeSetTests(ITestOutputHelper output)
{
    private const int Features = 60;

    [Fact]
    public void Ten_million_rows_of_sixty_features_train_below_8_GB()
    {
        if (!FullRun.IsOn)
        {
            Assert.Skip("Long: runs when VITRINA_FULL=1.");
            return;
        }

        int rows = int.Parse(Environment.GetEnvironmentVariable("VITRINA_LARGE_ROWS") ?? "10000000", System.Globalization.CultureInfo.InvariantCulture);
        long started = Stopwatch.GetTimestamp();
        using TreeDatasetBuilder builder = new(TreeData.Numbers(Features));
        RandomStream random = RandomStream.For(1, "large");
        float[] values = new float[Features];
        for (int row = 0; row < rows; row++)
        {
            ulong bits = 0;
            for (int feature = 0; feature < Features; feature++)
            {
                bits = feature % 4 == 0 ? random.NextUInt64() : bits >> 16;
                values[feature] = (bits & 0xffff) / 65536f;
            }

            float signal = values[0] + (values[1] * values[2]) - (values[3] > 0.5f ? values[4] : 0);
            builder.Add(values, signal > 0.9f ? 2 : signal > 0.6f ? 1 : 0, 1, row / 20);
        }

        double added = Stopwatch.GetElapsedTime(started).TotalSeconds;
        TreeDataset set = builder.Build();
        double built = Stopwatch.GetElapsedTime(started).TotalSeconds;
        TreeTrainingReport report = TreeData.Train(set, new TreeTrainerOptions { Trees = 20 }).Report;
        double trained = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1e9;
        output.WriteLine(FormattableString.Invariant(
            $"{rows} rows x {Features}: rows made in {added:F0} s, binned in {built - added:F0} s, {report.Trees} trees in {trained - built:F0} s, peak {peak:F2} GB"));
        Assert.Equal(20, report.Trees);
        Assert.True(peak < 8, $"{peak:F2} GB");
    }
}
