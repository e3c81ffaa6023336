using Vitrina.Engine.Models;

namespace Vitrina.Tests.Engine.Models;

public class FeatureMatrixTests
{
    [Fact]
    public void A_reset_marks_every_value_as_missing()
    {
        FeatureMatrix matrix = new();
        matrix.Reset(3, 2);
        matrix[2, 1] = 5;
        matrix.Column(0)[1] = 7;
        Assert.Equal(5, matrix.Column(1)[2]);
        Assert.Equal(7, matrix[1, 0]);

        matrix.Reset(2, 3);

        Assert.Equal((2, 3), (matrix.Rows, matrix.Columns));
        for (int column = 0; column < 3; column++)
        {
            Assert.True(float.IsNaN(matrix[0, column]) && float.IsNaN(matrix[1, column]));
        }
    }

    [Fact]
    public void A_used_matrix_takes_smaller_shapes_without_allocating()
    {
        FeatureMatrix matrix = new();
        matrix.Reset(500, 60);
        matrix.Reset(10, 2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        matrix.Reset(500, 60);
        matrix.Reset(100, 60);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Places_outside_the_shape_are_refused()
    {
        FeatureMatrix matrix = new();
        matrix.Reset(3, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[3, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[0, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Column(2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Reset(-1, 2));
    }
}
