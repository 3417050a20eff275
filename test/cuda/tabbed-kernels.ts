/** As editors that indent by tabs leave it: what a template literal in a method, with kernels in their own lines, has. */
export const tabbed = `
		extern "C" __global__ void __launch_bounds__(256) gather(
			unsigned	count_of_gather,
			const float*	__restrict__	x_of_gather,
			float		*	y_of_gather,
			unsigned long long	total_of_gather,
			double	a_of_gather,
			const int32_t*	index_of_gather,
			bool	last_of_gather,
			size_t	stride_of_gather,
			float4	box_of_gather,
			void*	scratch_of_gather
		) {
			const unsigned	i = blockIdx.x * blockDim.x + threadIdx.x;	// one each
			if (i < count_of_gather / 2) {
				y_of_gather[i] = a_of_gather / x_of_gather[i];
			}
		}

		extern "C" __global__ void __launch_bounds__(256) scatter(
			unsigned	count_of_scatter,
			const float*	__restrict__	x_of_scatter,
			float		*	y_of_scatter,
			unsigned long long	total_of_scatter,
			double	a_of_scatter,
			const int32_t*	index_of_scatter,
			bool	last_of_scatter,
			size_t	stride_of_scatter,
			float4	box_of_scatter,
			void*	scratch_of_scatter
		) {
			const unsigned	i = blockIdx.x * blockDim.x + threadIdx.x;	// one each
			if (i < count_of_scatter / 2) {
				y_of_scatter[i] = a_of_scatter / x_of_scatter[i];
			}
		}

		extern "C" __global__ void __launch_bounds__(256) scale(
			unsigned	count_of_scale,
			const float*	__restrict__	x_of_scale,
			float		*	y_of_scale,
			unsigned long long	total_of_scale,
			double	a_of_scale,
			const int32_t*	index_of_scale,
			bool	last_of_scale,
			size_t	stride_of_scale,
			float4	box_of_scale,
			void*	scratch_of_scale
		) {
			const unsigned	i = blockIdx.x * blockDim.x + threadIdx.x;	// one each
			if (i < count_of_scale / 2) {
				y_of_scale[i] = a_of_scale / x_of_scale[i];
			}
		}

		extern "C" __global__ void __launch_bounds__(256) reduce(
			unsigned	count_of_reduce,
			const float*	__restrict__	x_of_reduce,
			float		*	y_of_reduce,
			unsigned long long	total_of_reduce,
			double	a_of_reduce,
			const int32_t*	index_of_reduce,
			bool	last_of_reduce,
			size_t	stride_of_reduce,
			float4	box_of_reduce,
			void*	scratch_of_reduce
		) {
			const unsigned	i = blockIdx.x * blockDim.x + threadIdx.x;	// one each
			if (i < count_of_reduce / 2) {
				y_of_reduce[i] = a_of_reduce / x_of_reduce[i];
			}
		}

		extern "C" __global__ void __launch_bounds__(256) scan(
			unsigned	count_of_scan,
			const float*	__restrict__	x_of_scan,
			float		*	y_of_scan,
			unsigned long long	total_of_scan,
			double	a_of_scan,
			const int32_t*	index_of_scan,
			bool	last_of_scan,
			size_t	stride_of_scan,
			float4	box_of_scan,
			void*	scratch_of_scan
		) {
			const unsigned	i = blockIdx.x * blockDim.x + threadIdx.x;	// one each
			if (i < count_of_scan / 2) {
				y_of_scan[i] = a_of_scan / x_of_scan[i];
			}
		}

		extern "C" __global__ void __launch_bounds__(256) sort(
			unsigned	count_of_sort,
			const float*	__restrict__	x_of_sort,
			float		*	y_of_sort,
			unsigned long long	total_of_sort,
			double	a_of_sort,
			const int32_t*	index_of_sort,
			bool	last_of_sort,
			size_t	stride_of_sort,
			float4	box_of_sort,
			void*	scratch_of_sort
		) {
			const unsigned	i = blockIdx.x * blockDim.x + threadIdx.x;	// one each
			if (i < count_of_sort / 2) {
				y_of_sort[i] = a_of_sort / x_of_sort[i];
			}
		}

`

const parameters = ['u32', 'f32*', 'f32*', 'u64', 'f64', 'i32*', 'bool', 'u64', 'bytes', 'void*'] as const

export const tabbedKernels = {
  gather: parameters,
  scatter: parameters,
  scale: parameters,
  reduce: parameters,
  scan: parameters,
  sort: parameters,
} as const
