"""“Do I already have an account?”"""
